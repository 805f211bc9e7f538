// visor-shadow: the control of `memvisor`. The same hypervisor with shadow paging, linked without
// backups, under the very kernel image of `none`.

import { image } from '../guest/images.ts'
import { MiB } from '../machine/units.ts'
import type { Config } from './config.ts'

export default {
  name: 'visor-shadow',
  about: 'the kernel of `none` under the hypervisor with shadow paging, no backups (control)',
  baseline: 'none',
  policy: 'none',
  coverage: 'none',
  firmware: () => image('firmware'),
  kernel: () => image('visor-shadow'),
  initrd: () => image('kernel'),
  bootargs: 'guest-memory=128',
  banks: [
    { bytes: 192 * MiB, role: 'original' },
    { bytes: 192 * MiB, role: 'backup' },
  ],
  needs: ['hypervisor'],
  invariants: [],
} satisfies Config
