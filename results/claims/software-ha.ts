// Our overhead as a share of a rival’s. Waits for the rivals.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'software-ha',
    source: 'thesis 2013',
    says: 'the impact is 5–10 % of that of other software high-availability techniques',
    unit: 'ratio',
    accept: { kind: 'within', low: 0.05, high: 0.1 },
  },
  'needs the rivals checkpoint-*, app-copy and checksum, which this version does not have',
)
