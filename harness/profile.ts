// Profile: which timing model a run uses, as the results name it. One cycle of `flat` is one
// instruction; a millisecond claim judged on it says so.

import { profiles } from '../machine/open.ts'
import { UnknownName } from './registry.ts'

export interface Profile {
  readonly name: string
  readonly about: string
  /** Cycles in a second of virtual time. */
  readonly hz: number
}

export const PROFILES: readonly Profile[] = profiles.map(({ name, about, hertz }) => ({
  name,
  about,
  hz: hertz,
}))

export function profileNamed(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const known = PROFILES.map((profile) => profile.name).join(', ')
  throw new UnknownName(`expected a profile out of ${known}; got '${name}'`)
}
