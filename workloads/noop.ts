// noop: nothing at all between the two readings. It measures the harness: the floor of every number.

import type { Workload } from './workload.ts'

export default {
  name: 'noop',
  about: 'nothing: the floor of every number',
  drive: (guest) => guest.measure('noop', async () => {}),
} satisfies Workload
