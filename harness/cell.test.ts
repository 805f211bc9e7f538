import { describe, expect, it } from 'vitest'
import type { Config } from '../configs/config.ts'
import memv6 from '../configs/memv6.ts'
import type { Place } from '../results/cell.ts'
import { cellKey, determinantsOf, type Fingerprint } from './cell.ts'

const config: Config = { ...memv6, bootargs: 'words', needs: ['hypervisor'] }
const place: Place = {
  workload: 'noop',
  parameters: { bytes: 1 },
  config: config.name,
  policy: config.policy,
  backend: 'rv64',
  profile: 'flat',
  seed: 1,
}
const print: Fingerprint = {
  version: 'v',
  images: { firmware: 'f', kernel: 'k' },
  disk: 'd',
  bootargs: 'words seed=1',
  config: determinantsOf(config),
}
const KEY = cellKey(place, print)

const PLACES: readonly Partial<Place>[] = [
  { workload: 'boot' },
  { parameters: { bytes: 2 } },
  { config: 'none' },
  { policy: 'none' },
  { backend: 'qemu' },
  { profile: 'in-order' },
  { seed: 2 },
]
const PRINTS: readonly Partial<Fingerprint>[] = [
  { version: 'w' },
  { images: { firmware: 'f', kernel: 'l' } },
  { images: { firmware: 'f', kernel: 'k', initrd: 'i' } },
  { disk: 'e' },
  { bootargs: 'words seed=2' },
]
const CONFIGS: readonly Partial<Config>[] = [
  { policy: 'none' },
  { coverage: 'guest frames' },
  { bootargs: 'other words' },
  { banks: config.banks.slice(1) },
  { banks: config.banks.map((bank) => ({ ...bank, role: 'original' })) },
  { needs: [] },
  { invariants: [] },
]
const WORDS: readonly Partial<Config>[] = [
  { about: 'told otherwise' },
  { baseline: 'memvisor' },
  { control: 'visor-shadow' },
]

describe('the key of a cell', () => {
  it.each(PLACES)('is another with the place %j', (change) => {
    expect(cellKey({ ...place, ...change }, print)).not.toBe(KEY)
  })

  it.each(PRINTS)('is another with the fingerprint %j', (change) => {
    expect(cellKey(place, { ...print, ...change })).not.toBe(KEY)
  })

  it.each(CONFIGS)('is another with the config %j', (change) => {
    const changed = determinantsOf({ ...config, ...change })
    expect(cellKey(place, { ...print, config: changed })).not.toBe(KEY)
  })

  it.each(WORDS)('is the same with the config %j, which says nothing about rows', (change) => {
    const changed = determinantsOf({ ...config, ...change })
    expect(cellKey(place, { ...print, config: changed })).toBe(KEY)
  })

  it('is another with each field of the place, the fingerprint and the config', () => {
    const tried = (changes: readonly object[]) => new Set(changes.flatMap(Object.keys))
    expect(tried(PLACES)).toEqual(new Set(Object.keys(place)))
    expect(tried(PRINTS)).toEqual(new Set(Object.keys(print).filter((name) => name !== 'config')))
    const hashed = ['name', 'firmware', 'kernel'] // in the place, and as hashes in the fingerprint
    const fields = Object.keys(config).filter((name) => !hashed.includes(name))
    expect(tried([...CONFIGS, ...WORDS])).toEqual(new Set([...fields, 'control']))
  })

  it('does not depend on the order of fields', () => {
    const turned = Object.fromEntries(Object.entries(print).reverse()) as unknown as Fingerprint
    expect(cellKey(place, turned)).toBe(KEY)
  })
})
