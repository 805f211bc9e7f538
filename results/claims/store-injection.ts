// Stores mirrored by injected instructions. Waits for policy store.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'store-injection',
    source: 'Sun Wei, SJTU thesis 2014',
    says: 'injected mirrored stores slow key features of xv6 down by 5 %',
    unit: 'fraction',
    accept: { kind: 'at most', bound: 0.05 },
  },
  'needs policy store; this version has policy space only',
)
