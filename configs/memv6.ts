// memv6: the kernel linked with mirroring on. It creates a backup frame and a backup entry at the
// moment it creates the original; contents are not kept equal (policy `space`).

import { image } from '../guest/images.ts'
import { MiB } from '../machine/units.ts'
import type { Config } from './config.ts'

export default {
  name: 'memv6',
  about:
    'the kernel creates a backup frame and entry with each original (user memory, page tables)',
  baseline: 'none',
  policy: 'space',
  coverage: 'user+tables',
  firmware: () => image('firmware'),
  kernel: () => image('kernel-memv6'),
  banks: [
    { bytes: 128 * MiB, role: 'original' },
    { bytes: 128 * MiB, role: 'backup' },
  ],
  invariants: ['coverage'],
} satisfies Config
