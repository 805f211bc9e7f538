// Profile `in-order-bimodal`: the same core, but conditional branches are predicted by what they did before.
// 512 counters, as SiFive's E31 manual states for its branch history table (section 3.2) and as Rocket, from
// which E31 and U54 are made, has by default (BHTParams). Of Rocket too: a counter belongs to a word of code,
// from wherever it is mapped, and after reset predicts "not taken". Not of it: Rocket's counters have one bit
// and are found by the global history too, and predict nothing where no target is stored.

import { flat } from './flat.ts'
import { U54 } from './in-order.ts'
import type { Profile } from './profile.ts'

export const BIMODAL_U54 = { ...U54, branchCounters: 512 }

export const inOrderBimodal: Profile = {
  ...flat,
  name: 'in-order-bimodal',
  about: 'the in-order core with a branch predictor that learns: 512 two-bit counters; 1 GHz',
  core: BIMODAL_U54,
}
