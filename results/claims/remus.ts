// Remus, whole-machine checkpoints. Waits for the checkpoint rivals.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'remus',
    source: 'NSDI 2008',
    says: 'Remus takes up to 40 checkpoints a second',
    unit: 'checkpoints/s',
    accept: { kind: 'at most', bound: 40 },
  },
  'needs config checkpoint-25ms, which this version does not have',
)
