// Many lines for a guest's shell, and which of them it has carried out.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** A console of 1 KiB holds a few dozen. */
export const LINES = Array.from({ length: 300 }, (_, i) => `line-${i}-abcdefghijklmnop`)
export const INPUT = [...LINES.map((line) => `echo ${line}`), 'poweroff', ''].join('\n')

const project = fileURLToPath(new URL('..', import.meta.url))

export async function linesBy(args: readonly string[], input: string) {
  const command = ['cli/launch.js', 'cli/main.ts', ...args]
  return execa(process.execPath, command, { reject: false, cwd: project, input })
}

/** The lines that stand alone: not where they were typed. */
export function arrived(console: string): readonly string[] {
  return console.replaceAll('\r', '').match(/^line-.*$/gm) ?? []
}
