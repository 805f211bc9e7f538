// Two-stage against shadow paging. Waits for two-stage paging.

import { unmeasured } from '../claim.ts'

export default unmeasured(
  {
    name: 'nested-vs-shadow',
    source: 'VMware 2009, VEE 2011',
    says: 'nested paging is up to 42–48 % faster than shadow paging on MMU-heavy work',
    unit: 'fraction',
    accept: { kind: 'within', low: 0, high: 0.48 },
  },
  'needs config visor-two-stage, which this version does not have',
)
