// What the compiler says of the examples, as they stand on their pages.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { type Example, nameOf } from './example.ts'
import type { Layout } from './projects.ts'
import { root } from './root.ts'

/** The compiler's complaints, by the name of the file. */
export type Complaints = ReadonlyMap<string, readonly string[]>

/** What people set, beside `strict`. What a page has for a browser is compiled with the DOM, and what it has for Node without. */
const SETTINGS = {
  npm: [{ module: 'preserve', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'] }],
  pnpm: [
    { module: 'nodenext', lib: ['ES2022'] },
    { module: 'nodenext', lib: ['ES2022', 'DOM', 'DOM.Iterable'] },
  ],
}

/** Writes the examples into files of their own, and compiles all of them at once. */
export async function compile(layout: Layout, examples: readonly Example[]): Promise<Complaints> {
  const written = examples.filter(({ runner }) => runner !== 'shell')
  await Promise.all(written.map((example) => writeFile(fileOf(layout, example), example.code)))
  const [node, browser] = [
    written.filter(({ runner }) => runner !== 'browser'),
    written.filter(({ runner }) => runner === 'browser'),
  ]
  const programs = layout.manager === 'npm' ? [written] : [node, browser]
  const outputs = await Promise.all(
    SETTINGS[layout.manager].map((settings, index) => {
      const files = (programs[index] ?? []).map((example) => fileOf(layout, example))
      return runCompiler(layout, `tsconfig.${index}.json`, settings, files)
    }),
  )
  const complaints = new Map<string, string[]>()
  for (const complaint of outputs.join('\n').split(/\n(?=\S)/)) {
    if (!complaint.trim()) continue
    const file = /([^/\s(]+?)(?:\.test)?\.ts\(/.exec(complaint)?.[1] ?? ''
    complaints.set(file, [...(complaints.get(file) ?? []), complaint.trim()])
  }
  return complaints
}

/** The file that an example is pasted into. */
export function fileOf({ projectOf }: Layout, example: Example): string {
  const extension = example.runner === 'vitest' ? 'test.ts' : 'ts'
  return `${projectOf(example.packages)}/${nameOf(example)}.${extension}`
}

async function runCompiler(
  { folder }: Layout,
  config: string,
  settings: object,
  files: readonly string[],
): Promise<string> {
  const compilerOptions = { strict: true, target: 'ES2022', types: ['node'], noEmit: true, ...settings }
  await writeFile(`${folder}/${config}`, JSON.stringify({ compilerOptions, files }))
  return new Promise((resolve) => {
    const tsc = root('node_modules/typescript/bin/tsc')
    const options = { cwd: folder, maxBuffer: 2 ** 26 }
    execFile(process.execPath, [tsc, '-p', config, '--pretty', 'false'], options, (_, output) =>
      resolve(output),
    )
  })
}
