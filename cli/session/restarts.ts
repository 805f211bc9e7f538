// Restarts: what the guest's init says of a server that it keeps running, for the person who serves.

import type { Console } from '../../machine/machine.ts'

/** The most that is kept of a line while the guest writes it; init's are shorter. */
const LONGEST_LINE = 200
const RESTART = /init: (\S+) ended with status (-?\d+), starting it again/

/** Calls `say` with a line for each time that the guest had to start a program again; returns how to stop. */
export function tellRestarts(console: Console, say: (line: string) => void): () => void {
  let unfinished = ''
  return console.listen((text) => {
    const lines = (unfinished + text).split('\n')
    unfinished = (lines.pop() ?? '').slice(-LONGEST_LINE)
    for (const line of lines) {
      const [, program, status] = RESTART.exec(line) ?? []
      if (program !== undefined) say(`${program} ended with status ${status}; started again`)
    }
  })
}
