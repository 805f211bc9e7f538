// Real parts: the machine and the disk that computers are built with everywhere but in tests.

import { disk } from '../guest/mkfs.ts'
import type { Parts } from './computer.ts'

let made: Promise<Uint8Array> | undefined

export const realParts: Parts = {
  // Loaded when the first machine is opened: most verbs need none.
  open: async (spec, backend) => (await import('../machine/open.ts')).openMachine(spec, backend),
  disk: () => {
    made ??= disk()
    return made
  },
}
