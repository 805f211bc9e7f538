// events: whatever else the machine counted in a region (traps by cause, device operations), one
// metric `event:NAME` each; events that did not happen give no reading.

import type { Probe } from '../probe.ts'

export default {
  name: 'events',
  about: 'traps by cause, device operations and other things the machine counts',
  read: (before, after) =>
    Object.entries(after.events)
      .map(([name, count]) => ({
        metric: `event:${name}`,
        unit: 'count' as const,
        value: count - (before.events[name] ?? 0),
      }))
      .filter(({ value }) => value !== 0),
} satisfies Probe
