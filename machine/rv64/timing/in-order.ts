// Profile `in-order`: a single-issue in-order core of five stages at 1 GHz in the manner of SiFive's U54
// (FU540-C000 manual, chapter 3), with a second-level TLB as the U74 has it. A result that is late counts
// in full, as if the next instruction needed it. Jumps and returns are taken to be predicted.

import type { Core } from './core.ts'
import { flat } from './flat.ts'
import type { Profile } from './profile.ts'

export const U54: Core = {
  l1i: { sets: 128, ways: 4 }, // 32 KiB
  l1d: { sets: 128, ways: 4 }, // 32 KiB; the U54 has 8 ways
  l2: { sets: 4096, ways: 8 }, // 2 MiB; 16 ways there
  itlb: { sets: 8, ways: 4 }, // 32 entries; fully associative there
  dtlb: { sets: 8, ways: 4 },
  l2tlb: { sets: 128, ways: 4 }, // 512 entries
  branchCounters: 0, // in-order-bimodal.ts has them
  extra: {
    ordinary: 0,
    load: 1, // LW: result after two cycles
    'load-narrow': 2, // LB, LH: after three
    store: 0,
    multiply: 4, // after five
    'divide-word': 33, // one bit a cycle; the manual says 2 to 33 for words
    divide: 65,
    atomic: 4,
    jump: 0,
    'jump-register': 0,
    csr: 2, // after three
    return: 4, // a flush of the pipeline
    fence: 4,
    'float-single': 4,
    'float-double': 6,
    'float-divide': 27,
    'float-other': 3,
    guest: 1,
  },
  cycles: {
    l2: 20,
    dram: 120, // order of magnitude of DDR4 behind such a core
    writeBack: 10, // buffered: only its place on the bus
    l2tlb: 4,
    walkStep: 2,
    device: 60,
    trap: 4, // a flush of the pipeline
    mispredicted: 3,
  },
}

export const inOrder: Profile = {
  ...flat,
  name: 'in-order',
  about: 'an in-order core in the manner of the U54: caches, TLBs, page walks, branches; 1 GHz',
  core: U54,
}
