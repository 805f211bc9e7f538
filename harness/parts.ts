// Parts: the real machine and the real disk, for everything but tests.

import { disk } from '../guest/mkfs.ts'
import { openMachine } from '../machine/open.ts'
import type { Parts } from './computer.ts'

let made: Promise<Uint8Array> | undefined

export const realParts: Parts = {
  open: openMachine,
  disk: () => {
    made ??= disk()
    return made
  },
}
