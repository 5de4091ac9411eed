// Data: writes a point, and shows all of them as a chart and as a table.

import { type FormEvent, useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { api, type Point } from '../api.ts'
import { Loading } from '../loadable.tsx'
import { Problem } from '../problem.tsx'
import { useAsked } from '../use-asked.ts'

export function Data() {
  const buckets = useAsked(api.buckets)
  const [chosen, setChosen] = useState<string>()
  const own = buckets.value?.filter(({ name }) => !name.startsWith('_')) ?? []
  const bucket = own.find(({ name }) => name === chosen)?.name ?? own[0]?.name
  return (
    <>
      <h1>Data</h1>
      <Problem text={buckets.error} again={!buckets.value && buckets.again} />
      {!buckets.value && !buckets.error && <Loading />}
      {buckets.value && own.length === 0 && (
        <p className="hint">There is no bucket that you may see. Ask who runs the server.</p>
      )}
      {own.length > 0 && (
        <p className="field">
          <label htmlFor="bucket">Bucket</label>
          <select id="bucket" value={bucket} onChange={(event) => setChosen(event.target.value)}>
            {own.map(({ id, name }) => (
              // Of its text alone it would have another value: blanks that are many are one there.
              <option key={id} value={name}>
                {name}
              </option>
            ))}
          </select>
        </p>
      )}
      {bucket !== undefined && <Points key={bucket} bucket={bucket} />}
    </>
  )
}

function Points({ bucket }: { readonly bucket: string }) {
  const points = useAsked(() => api.points(bucket))
  const write = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    // One at a time, however slow the network is.
    if (form.ariaBusy === 'true') return
    form.ariaBusy = 'true'
    const celsius = Number(new FormData(form).get('celsius'))
    await points.after(() => api.write(bucket, celsius))
    form.ariaBusy = 'false'
  }
  return (
    <>
      <form className="row" onSubmit={write}>
        <p className="field">
          <label htmlFor="celsius">Temperature in °C</label>
          <input
            id="celsius"
            name="celsius"
            type="number"
            step="0.1"
            min="-273.1"
            max="10000"
            defaultValue="21.5"
            required
          />
        </p>
        <button type="submit">Write a point</button>
      </form>
      <Problem text={points.error} again={!points.value && points.again} />
      {!points.value && !points.error && <Loading />}
      {points.value?.length === 0 && <p className="hint">Nothing in this bucket yet. Write a point.</p>}
      {points.value && points.value.length > 0 && (
        <>
          <Chart points={points.value} />
          <PointTable points={points.value} />
        </>
      )}
    </>
  )
}

function Chart({ points }: { readonly points: readonly Point[] }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    // Asked for at each drawing: the page may have become dark meanwhile.
    const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(name)
    const axis = { stroke: colour('--text'), grid: { stroke: colour('--line') } }
    const size = () => ({ width: element.clientWidth, height: 220 })
    const chart = new uPlot(
      {
        ...size(),
        legend: { show: false },
        // Of one point alone it would be the years to come.
        scales: {
          x: { range: (_, from, to) => (points.length === 1 ? [from - 30, from + 30] : [from, to]) },
        },
        axes: [axis, { ...axis, label: '°C' }],
        series: [{}, { label: 'celsius', stroke: colour('--accent'), width: 2, points: { show: true } }],
      },
      [points.map(({ time }) => time / 1000), points.map(({ celsius }) => celsius)],
      element,
    )
    const observer = new ResizeObserver(() => chart.setSize(size()))
    observer.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => chart.redraw(false)
    dark.addEventListener('change', redraw)
    return () => {
      dark.removeEventListener('change', redraw)
      observer.disconnect()
      chart.destroy()
    }
  }, [points])
  // The table says the same to whoever sees no chart.
  return (
    <div ref={place} className="chart" role="img" aria-label={`${points.length} temperatures over time`} />
  )
}

function PointTable({ points }: { readonly points: readonly Point[] }) {
  return (
    <table>
      <caption>The same as a table</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col" className="number">
            °C
          </th>
        </tr>
      </thead>
      <tbody>
        {points
          .slice(-20)
          .reverse()
          .map(({ time, celsius }) => (
            <tr key={time}>
              <td>{new Date(time).toLocaleString()}</td>
              <td className="number">{celsius}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
