// Guests with and without backups on one machine. Waits for a second guest under Memvisor.

import type { Claim } from '../claim.ts'

export default {
  name: 'side-by-side',
  source: 'thesis 2013',
  says: 'a guest with backups and an ordinary one run side by side under one hypervisor',
  unit: 'share of originals',
  accept: { kind: 'exactly', value: 1 },
  comparisons: [{ config: 'side-by-side', lacks: 'two guests under one Memvisor' }],
  observe: () => ({ kind: 'not measured', why: 'this version has no two guests' }),
} satisfies Claim
