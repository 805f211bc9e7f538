// Multimem mirrors stores at compile time. Waits for policy store.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'multimem',
    source: 'Sun, Zhang, Wang 2012',
    says: 'Multimem slows down by at most 33 %',
    unit: 'fraction',
    accept: { kind: 'at most', bound: 0.33 },
  },
  'needs policy store; this version has policy space only',
)
