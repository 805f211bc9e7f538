// Profile: which timing model a run uses, as the results name it. One cycle of `flat` is one
// instruction; a millisecond claim judged on it says so.

import { UnknownName } from './registry.ts'

export interface Profile {
  readonly name: string
  readonly about: string
  /** Cycles in a second of virtual time. */
  readonly hz: number
}

const PROFILES: readonly Profile[] = [
  { name: 'flat', about: 'one cycle an instruction, 1 GHz', hz: 1_000_000_000 },
  {
    name: 'in-order',
    about: 'an in-order core in the manner of the U54: caches, TLBs, page walks, branches; 1 GHz',
    hz: 1_000_000_000,
  },
  {
    name: 'in-order-small',
    about: 'the same with smaller caches and TLBs and slower memory, for sensitivity; 1 GHz',
    hz: 1_000_000_000,
  },
]

export function profileNamed(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const known = PROFILES.map((profile) => profile.name).join(', ')
  throw new UnknownName(`expected a profile out of ${known}; got '${name}'`)
}
