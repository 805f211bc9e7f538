// instructions: how many instructions a region retired, in all privileges together.

import type { Probe } from '../probe.ts'

export default {
  name: 'instructions',
  about: 'retired instructions',
  read: (before, after) => [
    {
      metric: 'instructions',
      unit: 'instructions',
      value: after.instructions - before.instructions,
    },
  ],
} satisfies Probe
