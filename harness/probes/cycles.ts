// cycles: how long a region took in virtual time, with (`wall`) and without (`busy`) the cycles in
// which the hart waited in `wfi`. Invariant: busy is never more than wall.

import type { Probe } from '../probe.ts'

export default {
  name: 'cycles',
  about: 'wall and busy cycles',
  read: (before, after) => {
    const wall = after.cycles - before.cycles
    const busy = after.busy - before.busy
    if (busy < 0 || busy > wall) {
      throw new RangeError(`busy cycles: expected 0 to ${wall} of as many in all, got ${busy}`)
    }
    return [
      { metric: 'wall', unit: 'cycles', value: wall },
      { metric: 'busy', unit: 'cycles', value: busy },
    ]
  },
} satisfies Probe
