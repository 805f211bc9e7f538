// none: the kernel on the machine, no mirroring. Every overhead is counted against it in the end.

import { image } from '../guest/images.ts'
import { MiB } from '../machine/units.ts'
import type { Config } from './config.ts'

export default {
  name: 'none',
  about: 'the kernel on the machine, no mirroring',
  policy: 'none',
  coverage: 'none',
  firmware: () => image('firmware'),
  kernel: () => image('kernel'),
  banks: [{ bytes: 128 * MiB, role: 'original' }],
  invariants: [],
} satisfies Config
