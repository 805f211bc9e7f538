// Cell: one workload at one parameter point under one config, with one profile and one seed.
// Invariant: its key is a hash of everything that determines its result, so equal keys mean equal
// rows (except for a live cell, whose outside peer no key can hold).

import { createHash } from 'node:crypto'
import type { Config } from '../configs/config.ts'
import type { Backend } from '../machine/machine.ts'
import type { Coordinates } from '../results/cell.ts'

export interface CellPlan extends Coordinates {
  readonly key: string
  readonly backend: Backend
  /** Has a live outside peer: runs alone, cannot repeat. */
  readonly live: boolean
}

/** Everything besides the coordinates themselves that a cell's result depends on. */
export interface Fingerprint {
  /** Hash of all programs that run a cell (harness/version.ts); QEMU's version with it. */
  readonly version: string
  /** Role → sha256, for every image the config hands to the machine. */
  readonly images: Readonly<Record<string, string>>
  /** sha256 of the disk image. */
  readonly disk: string
  readonly bootargs: string
  readonly config: Determinants
}

/** What a config says besides its images, its words and the configs it is compared with. */
export type Determinants = Omit<Config, (typeof ELSEWHERE)[number]>

/** Fields that say nothing about rows, or are in the key by another way: the name, and the images' hashes. */
const ELSEWHERE = [
  'name',
  'about',
  'baseline',
  'control',
  'firmware',
  'kernel',
  'initrd',
] as const satisfies readonly (keyof Config)[]

/** A field that configs get later is in the key unless it is named in ELSEWHERE. */
export function determinantsOf(config: Config): Determinants {
  const named: readonly string[] = ELSEWHERE
  const kept = Object.entries(config).filter(([field]) => !named.includes(field))
  return Object.fromEntries(kept) as unknown as Determinants
}

/** Equal for cells that one booted computer can run, one after another. */
export function computerKey({ config, seed, profile, backend, live }: CellPlan): string {
  return JSON.stringify([config, seed, profile, backend, live])
}

/** Hexadecimal digits of a key: 128 bits, beyond any accident. */
const KEY_LENGTH = 32

export function cellKey(coordinates: Coordinates, fingerprint: Fingerprint): string {
  const text = canonical({ coordinates, fingerprint })
  return createHash('sha256').update(text).digest('hex').slice(0, KEY_LENGTH)
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
