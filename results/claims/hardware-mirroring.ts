// Mirroring by the memory controller. Waits for a profile with memory bandwidth.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'hardware-mirroring',
    source: 'vendor guide, IBM eX5',
    says: 'mirroring in hardware halves throughput (100 to 50) and capacity',
    unit: 'fraction',
    accept: { kind: 'within', low: 0.45, high: 0.55 },
  },
  'needs config hw-mirror and a profile with memory bandwidth, which this version does not have',
)
