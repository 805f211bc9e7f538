import { describe, expect, it } from 'vitest'
import type { Config } from '../configs/config.ts'
import memv6 from '../configs/memv6.ts'
import type { Coordinates } from '../results/cell.ts'
import { cellKey, determinantsOf, type Fingerprint } from './cell.ts'

const config: Config = { ...memv6, bootargs: 'words', needs: ['hypervisor'] }
const coordinates: Coordinates = {
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
const KEY = cellKey(coordinates, print)

const COORDINATES: readonly Partial<Coordinates>[] = [
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
  it.each(COORDINATES)('is another with the coordinates %j', (change) => {
    expect(cellKey({ ...coordinates, ...change }, print)).not.toBe(KEY)
  })

  it.each(PRINTS)('is another with the fingerprint %j', (change) => {
    expect(cellKey(coordinates, { ...print, ...change })).not.toBe(KEY)
  })

  it.each(CONFIGS)('is another with the config %j', (change) => {
    const changed = determinantsOf({ ...config, ...change })
    expect(cellKey(coordinates, { ...print, config: changed })).not.toBe(KEY)
  })

  it.each(WORDS)('is the same with the config %j, which says nothing about rows', (change) => {
    const changed = determinantsOf({ ...config, ...change })
    expect(cellKey(coordinates, { ...print, config: changed })).toBe(KEY)
  })

  it('is another with each field of the coordinates, the fingerprint and the config', () => {
    const tried = (changes: readonly object[]) => new Set(changes.flatMap(Object.keys))
    expect(tried(COORDINATES)).toEqual(new Set(Object.keys(coordinates)))
    expect(tried(PRINTS)).toEqual(new Set(Object.keys(print).filter((name) => name !== 'config')))
    const hashed = ['name', 'firmware', 'kernel'] // in the coordinates, and as hashes in the fingerprint
    const fields = Object.keys(config).filter((name) => !hashed.includes(name))
    expect(tried([...CONFIGS, ...WORDS])).toEqual(new Set([...fields, 'control']))
  })

  it('does not depend on the order of fields', () => {
    const turned = Object.fromEntries(Object.entries(print).reverse()) as unknown as Fingerprint
    expect(cellKey(coordinates, turned)).toBe(KEY)
  })
})
