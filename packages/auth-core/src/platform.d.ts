// The platform globals that auth-core may touch, and nothing else: it has neither Node's nor the DOM's types.

declare function btoa(data: string): string
declare function atob(data: string): string

declare class TextEncoder {
  encode(text: string): Uint8Array
}

declare class TextDecoder {
  constructor(label: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}
