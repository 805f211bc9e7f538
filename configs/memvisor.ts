// memvisor: the unmodified kernel of `none` (the same image, byte for byte) under the hypervisor with
// shadow paging, which creates a backup frame and a backup-root entry with each shadow entry.

import { image } from '../guest/images.ts'
import { MiB } from '../machine/units.ts'
import type { Config } from './config.ts'

export default {
  name: 'memvisor',
  about: 'the kernel of `none` under Memvisor: shadow paging, a backup with each shadow entry',
  baseline: 'none',
  control: 'visor-shadow',
  policy: 'space',
  coverage: 'guest frames',
  firmware: () => image('firmware'),
  kernel: () => image('memvisor'),
  initrd: () => image('kernel'),
  bootargs: 'guest-memory=128',
  banks: [
    { bytes: 192 * MiB, role: 'original' },
    { bytes: 192 * MiB, role: 'backup' },
  ],
  needs: ['hypervisor'],
  invariants: ['coverage'],
} satisfies Config
