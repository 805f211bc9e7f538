// Named pipes for tests. Node cannot make one, so the system's own program does, by its path: PATH may
// have nothing but Node.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const MKFIFO = ['/usr/bin/mkfifo', '/bin/mkfifo'].find((path) => existsSync(path))

/** What the title of a test that needs a named pipe ends with: why it is skipped, where it is. */
export const withoutPipes = MKFIFO === undefined ? ' (skipped: no mkfifo in /usr/bin or /bin)' : ''

export function makePipe(path: string): void {
  if (MKFIFO === undefined)
    throw new Error(`expected mkfifo in /usr/bin or /bin, got none for ${path}`)
  execFileSync(MKFIFO, [path])
}
