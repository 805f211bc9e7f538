// What of a machine determines its run, besides its program: images by length and digest, and every
// setting that a guest could notice. Invariant: equal identities and equal input give equal runs; which
// engine executes and who paces it is no part of it.

import type { MachineSpec } from '../../machine.ts'
import { Digest } from './digest.ts'

/** The hash of each part by its name; `none` for what the machine lacks. */
export type MachineIdentity = Readonly<Record<IdentityPart, string>>

export const IDENTITY_PARTS = [
  'firmware',
  'kernel',
  'initrd',
  'disk',
  'bootargs',
  'banks',
  'network',
  'virtio',
  'loss',
  'harts',
  'profile',
] as const
export type IdentityPart = (typeof IDENTITY_PARTS)[number]

export function identityOf(spec: MachineSpec): MachineIdentity {
  const { loss } = spec
  return {
    firmware: imageText(spec.firmware),
    kernel: imageText(spec.kernel),
    initrd: imageText(spec.initrd),
    disk: imageText(spec.disk),
    bootargs: spec.bootargs ?? '',
    banks: spec.banks.map(({ bytes, role }) => `${role} ${bytes}`).join(', '),
    network: spec.network === true ? 'yes' : 'none',
    virtio: `version ${spec.virtio ?? 2}`,
    loss: loss === undefined ? 'none' : `${loss.probability} by seed ${loss.seed}`,
    harts: String(spec.harts),
    profile: spec.profile,
  }
}

/** The first part in which two identities differ. */
export function difference(a: MachineIdentity, b: MachineIdentity): IdentityPart | undefined {
  return IDENTITY_PARTS.find((part) => a[part] !== b[part])
}

function imageText(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'none'
  const digest = new Digest()
  digest.bytes(bytes)
  return `${bytes.length} bytes, digest ${digest.hex()}`
}
