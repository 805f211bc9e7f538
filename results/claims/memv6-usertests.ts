// The published MemV6 chart, made with mirrored stores. Waits for policy store.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'memv6-usertests',
    source: 'kMemvisor repository, chart read by eye',
    says: 'usertests sbrk, bigwrite, mem, fork with mirrored stores: 1.43 times on average, all below 1.60',
    unit: 'ratio',
    accept: { kind: 'at most', bound: 1.6 },
  },
  'needs policy store; this version has policy space only',
)
