// As much of XMLHttpRequest as axios uses, over Node's http, which keeps in sight what it was told, as such packages do.

import http, { type ClientRequest, type IncomingHttpHeaders } from 'node:http'

type Listener = (event: { type: string; target: unknown; currentTarget: unknown }) => void

/** One request. */
export class PlainXMLHttpRequest {
  readonly sentHeaders: Record<string, string> = {}
  method = ''
  url = ''
  responseURL = ''
  responseType = ''
  responseText = ''
  response = ''
  status = 0
  statusText = ''
  readyState = 0
  timeout = 0
  withCredentials = false
  onloadend: Listener | undefined
  onabort: Listener | undefined
  onerror: Listener | undefined
  ontimeout: Listener | undefined
  #answered: IncomingHttpHeaders = {}
  #request: ClientRequest | undefined

  open(method: string, url: string): void {
    Object.assign(this, { method, url, readyState: 1 })
  }

  setRequestHeader(name: string, value: string): void {
    this.sentHeaders[name] = value
  }

  getAllResponseHeaders(): string {
    return Object.entries(this.#answered)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
  }

  send(data?: string): void {
    const { method, sentHeaders: headers, url } = this
    this.#request = http.request(url, { method, headers }, (response) => {
      this.#answered = response.headers
      Object.assign(this, {
        status: response.statusCode,
        statusText: response.statusMessage,
        responseURL: url,
      })
      response.setEncoding('utf8').on('data', (text: string) => {
        this.response = this.responseText += text
      })
      response.on('end', () => this.#tell('loadend', this.onloadend))
    })
    this.#request.on('error', () => this.#tell('error', this.onerror))
    this.#request.end(data)
  }

  abort(): void {
    this.#request?.destroy()
  }

  /** Calls a listener as packages for Node do: with a plain object that leads back to the request. */
  #tell(type: string, listener: Listener | undefined): void {
    this.readyState = 4
    listener?.({ type, target: this, currentTarget: this })
  }
}
