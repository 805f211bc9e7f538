// Printable: text of unknown origin (a guest's console, a manifest, a recording, a file's name) as a terminal
// may show it. Invariant: nothing that comes out of here moves the cursor, colours, rings or turns the
// direction of what follows; `printableLine` is one line whatever went in.

/** Unicode's pictures of the control characters begin here. */
const CONTROL_PICTURES = 0x2400
const DELETE_PICTURE = '\u2421'
const REPLACED = '\ufffd'

/** All of C0 but tab and newline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g
/** C1, which some terminals obey as they do an escape sequence; characters that turn the direction of the
 * text after them; and Unicode's own ends of lines. */
const UNSEEN = /[\u0080-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The text with control characters shown as their pictures; tabs and newlines stay. */
export function printable(text: string): string {
  return text
    .replaceAll('\u007f', DELETE_PICTURE)
    .replace(CONTROLS, picture)
    .replace(UNSEEN, REPLACED)
}

/** The text as one printable line: a newline is shown as its picture too, a tab is a space. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\t', ' ').replace(/\n/g, picture)
}

/** JSON of a value, with every character that `printable` would change as an escape of JSON's own. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const picture = (character: string): string =>
  String.fromCharCode(CONTROL_PICTURES + character.charCodeAt(0))
