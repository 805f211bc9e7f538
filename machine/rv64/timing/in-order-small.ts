// Profile `in-order-small`: the same pipeline with half the first-level caches, an eighth of the second
// level, smaller TLBs and slower memory. For sensitivity: a conclusion that holds under both does not hang
// on them.

import { flat } from './flat.ts'
import { U54 } from './in-order.ts'
import type { Profile } from './profile.ts'

export const inOrderSmall: Profile = {
  ...flat,
  name: 'in-order-small',
  about: 'the same with smaller caches and TLBs and slower memory, for sensitivity; 1 GHz',
  core: {
    ...U54,
    l1i: { sets: 64, ways: 4 }, // 16 KiB
    l1d: { sets: 64, ways: 4 },
    l2: { sets: 512, ways: 8 }, // 256 KiB
    itlb: { sets: 4, ways: 4 },
    dtlb: { sets: 4, ways: 4 },
    l2tlb: { sets: 32, ways: 4 },
    cycles: { ...U54.cycles, l2: 14, dram: 250, writeBack: 20, mispredicted: 5 },
  },
}
