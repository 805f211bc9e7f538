// boot: from reset to the shell's prompt.

import type { Workload } from './workload.ts'

export default {
  name: 'boot',
  about: 'reset to the shell prompt',
  claims: ['coverage'],
  fromReset: true,
  drive: (guest) =>
    guest.measure('boot', async () => {
      await guest.expect(/(?:^|\n)\$ $/)
    }),
} satisfies Workload
