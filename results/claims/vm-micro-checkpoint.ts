// Checkpoints of a virtual machine in memory. Waits for the checkpoint rivals.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'vm-micro-checkpoint',
    source: 'TDSC 2015',
    says: 'VM-µCheckpoint costs 6.3 % at 50 ms',
    unit: 'fraction',
    accept: { kind: 'at most', bound: 0.063 },
  },
  'needs config checkpoint-50ms, which this version does not have',
)
