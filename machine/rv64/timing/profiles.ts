// The profiles by name. A profile is a file of its own, and a row here.

import { flat } from './flat.ts'
import { inOrder } from './in-order.ts'
import { inOrderBimodal } from './in-order-bimodal.ts'
import { inOrderSmall } from './in-order-small.ts'
import type { Profile } from './profile.ts'

export const profiles: readonly Profile[] = [flat, inOrder, inOrderSmall, inOrderBimodal]

/** Throws RangeError for a name that no profile has. */
export function profileNamed(name: string): Profile {
  const found = profiles.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const known = profiles.map((profile) => profile.name).join(', ')
  throw new RangeError(`timing profile: expected one of ${known}, got "${name}"`)
}
