// Saved state: what a part of the machine gives to be kept, and takes back. Invariant: by name, never by
// position, so that a snapshot that lacks something is found out.

/** JSON values and byte arrays, by name. */
export type SavedState = { readonly [name: string]: SavedValue }
export type SavedValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly SavedValue[]
  | SavedState

/** The numbers of a saved list; a snapshot that holds something else is damaged. */
export function numbersOf(value: SavedValue | undefined): readonly number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value
  throw new TypeError(`expected a list of numbers in a snapshot, got ${typeof value}`)
}

/** The strings of a saved list; a snapshot that holds something else is damaged. */
export function stringsOf(value: SavedValue | undefined): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TypeError(`expected a list of strings in a snapshot, got ${typeof value}`)
}
