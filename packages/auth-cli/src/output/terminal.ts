// What others wrote, made safe for a terminal: a server, or whoever chose a name, must not move the cursor or turn text around.

// C0 but for line feed, tab, and the carriage return of a line's end; DEL and C1; what changes the direction of text.
const CONTROLS = /\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Writes control characters as what JavaScript calls them: `\x1b`. A text of one line has no line break either. */
export function escapeControls(text: string, { lines = true }: { readonly lines?: boolean } = {}): string {
  const escaped = text.replace(CONTROLS, escapeCharacter)
  return lines ? escaped : escaped.replace(/[\r\n]/g, escapeCharacter)
}

/** JSON with no control character in it, and the same meaning. */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent)
  return json.replace(CONTROLS, (character) => `\\u${hex(character, 4)}`)
}

function escapeCharacter(character: string): string {
  return character > '\xff' ? `\\u${hex(character, 4)}` : `\\x${hex(character, 2)}`
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0')
}
