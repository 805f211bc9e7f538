// Voice: all that the program itself says, on stderr. Invariant: wherever the words come from (a manifest, a
// recording, a guest, a file's name), a message is one line and nothing in it acts on the terminal.

import { printable, printableLine } from '../results/printable.ts'

const BELL = '\u0007'

/** One line. */
export function say(text: string): void {
  process.stderr.write(`${printableLine(text)}\n`)
}

/** One line under the program's name: what went wrong, or what it did not do. */
export function complain(text: string): void {
  say(`mirrorbench: ${text}`)
}

/** Several lines, as a stack trace has. */
export function sayLines(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}

/** Writes over the line where the cursor stands: progress of a tool, which no log needs. */
export function sayOver(text: string): void {
  process.stderr.write(`\r${printableLine(text)}`)
}

/** Rings the bell: the guest has no room for a key. */
export function beep(): void {
  process.stderr.write(BELL)
}
