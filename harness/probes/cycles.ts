// cycles: how long a region took in virtual time, with (`wall`) and without (`busy`) the cycles in
// which the hart waited in `wfi`.

import type { Probe } from '../probe.ts'

export default {
  name: 'cycles',
  about: 'wall and busy cycles',
  read: (before, after) => [
    { metric: 'wall', unit: 'cycles', value: after.cycles - before.cycles },
    { metric: 'busy', unit: 'cycles', value: after.busy - before.busy },
  ],
} satisfies Probe
