// Profile: which timing model a run uses, as the results name it. One cycle of `flat` is one
// instruction; a millisecond claim judged on it says so.

import type { Backend } from '../machine/machine.ts'
import { profilesOf } from '../machine/open.ts'
import { UnknownName } from '../registry/registry.ts'
import type { Manifest } from '../results/manifest.ts'

export type RunProfile = Manifest['profile']

/** What results are of unless asked otherwise: memory that takes time is what backups are about. */
const USUAL = 'in-order'

export const PROFILES: readonly RunProfile[] = offered('rv64')

/** The usual one, or the first that the back end has. */
export function usualProfile(backend: Backend): string {
  const names = offered(backend).map(({ name }) => name)
  return names.includes(USUAL) ? USUAL : names[0]!
}

/** Throws UnknownName, in the user's words. */
export function profileNamed(name: string, backend: Backend = 'rv64'): RunProfile {
  const known = offered(backend)
  const found = known.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const names = known.map((profile) => profile.name).join(', ')
  const on = backend === 'rv64' ? '' : ` on ${backend}`
  throw new UnknownName(`expected a profile out of ${names}${on}; got '${name}'`)
}

function offered(backend: Backend): readonly RunProfile[] {
  return profilesOf(backend).map(({ name, about, hertz }) => ({ name, about, hz: hertz }))
}
