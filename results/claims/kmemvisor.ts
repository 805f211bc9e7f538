// kMemvisor mirrors stores under a hypervisor. Waits for policy store.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'kmemvisor',
    source: 'HPDC 2013',
    says: 'kMemvisor costs 55 % system-wide in the worst case',
    unit: 'fraction',
    accept: { kind: 'at most', bound: 0.55 },
  },
  'needs policy store under Memvisor; this version has policy space only',
)
