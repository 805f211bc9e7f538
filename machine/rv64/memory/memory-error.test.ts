// The model of memory errors against an oracle that keeps, for each word, what was written and what is stored.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeState, encodeState } from '../snapshot/state-json.ts'
import { decodeFlips, LOST, SOUND } from './ecc.ts'
import { ERRORS } from './layout.ts'
import { CLEAN } from './memory-error.ts'
import { RAM_BASE, Ram } from './ram.ts'
import { parseErrors } from './saved-errors.ts'

const [KiB64, PAGE] = [65536, 4096]
/** A few words on both sides of a page boundary. */
const FIRST = RAM_BASE + PAGE - 24
const WORDS = 6
const TRIED_BYTES = 8 * WORDS

interface Word {
  stored: bigint
  flipped: bigint
  poison: boolean
}

class Oracle {
  readonly words: Word[] = Array.from({ length: WORDS }, () => ({
    stored: 0n,
    flipped: 0n,
    poison: false,
  }))
  readonly counts = { corrected: 0, uncorrectable: 0, escaped: 0, overwritten: 0 }

  flip(bits: readonly number[], silent: boolean): void {
    for (const bit of bits) {
      const word = this.words[bit >> 6]!
      const mask = 1n << BigInt(bit & 63)
      word.stored ^= mask
      if (!silent && !word.poison) word.flipped ^= mask
    }
  }

  poison(first: number, count: number): void {
    for (const word of this.words.slice(first, first + count)) {
      word.poison = true
      word.flipped = 0n
    }
  }

  read(at: number, length: number): number {
    for (let i = at >> 3; length > 0 && i <= (at + length - 1) >> 3; i++) {
      this.#look(this.words[i]!)
      if (this.words[i]!.poison) return Math.max(at, 8 * i)
    }
    return CLEAN
  }

  write(at: number, bytes: readonly number[]): void {
    for (let i = 0; i < WORDS; i++) {
      const inside = bytes.filter((_, n) => (at + n) >> 3 === i).length
      const word = this.words[i]!
      if (inside === 8) {
        if (word.poison || word.flipped !== 0n) this.counts.overwritten++
        word.poison = false
        word.flipped = 0n
      } else if (inside > 0) this.#look(word)
    }
    bytes.forEach((byte, n) => {
      const word = this.words[(at + n) >> 3]!
      const shift = BigInt(8 * ((at + n) & 7))
      word.stored = (word.stored & ~(0xffn << shift)) | (BigInt(byte) << shift)
    })
  }

  #look(word: Word): void {
    const { flipped } = word
    if (flipped === 0n) return
    word.flipped = 0n
    const decoding = decodeFlips(Number(flipped >> 32n) | 0, Number(flipped & 0xffff_ffffn) | 0)
    const count = flipped.toString(2).replaceAll('0', '').length
    if (count === 1) {
      this.counts.corrected++
      word.stored ^= flipped
    } else if (count === 2 || decoding === LOST) {
      this.counts.uncorrectable++
      word.poison = true
    } else {
      this.counts.escaped++
      if (decoding !== SOUND) word.stored ^= 1n << BigInt(decoding)
    }
  }
}

const bit = fc.nat(8 * TRIED_BYTES - 1)
const place = fc.tuple(fc.nat(TRIED_BYTES - 1), fc.nat(20))
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      flip: fc.array(bit, { minLength: 1, maxLength: 4 }),
      silent: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ poison: fc.tuple(fc.nat(WORDS - 1), fc.nat(2)) }) },
  { weight: 3, arbitrary: fc.record({ read: place }) },
  { weight: 3, arbitrary: fc.record({ write: place, byte: fc.nat(255) }) },
  { weight: 1, arbitrary: fc.constant('save' as const) },
)

describe('memory errors', () => {
  it('do what an oracle does, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const oracle = new Oracle()
        const ram = new Ram(KiB64)
        for (const one of actions) perform(one, ram, oracle)
        compare(ram, oracle)
      }),
      { numRuns: 600 },
    )
  })

  it('correct one flipped bit when the word is next read, in RAM too', () => {
    const ram = new Ram(KiB64)
    ram.errors.flip(RAM_BASE, [13], false)
    expect(ram.read(RAM_BASE, 2)).toEqual(Uint8Array.of(0, 32)) // as it is stored
    expect(ram.take(RAM_BASE, 2)).toEqual(Uint8Array.of(0, 0))
    expect(ram.read(RAM_BASE, 2)).toEqual(Uint8Array.of(0, 0))
    expect(ram.errors.events()).toEqual({ 'memory-error-injected': 1, 'memory-error-corrected': 1 })
  })

  it('add up in a word that nobody reads, and not in one that somebody does', () => {
    const ram = new Ram(KiB64)
    ram.errors.flip(RAM_BASE, [0], false)
    ram.errors.flip(RAM_BASE, [1], false)
    expect(ram.take(RAM_BASE + 4, 1)).toBeUndefined()
    expect(ram.errors.events()['memory-error-dma']).toBe(1)
    ram.errors.flip(RAM_BASE, [64], false)
    expect(ram.take(RAM_BASE + 8, 1)).toEqual(Uint8Array.of(0))
    ram.errors.flip(RAM_BASE, [65], false)
    expect(ram.take(RAM_BASE + 8, 1)).toEqual(Uint8Array.of(0))
  })

  it('are gone when RAM is cleared', () => {
    const ram = new Ram(KiB64)
    ram.errors.poison(RAM_BASE, KiB64)
    expect(ram.errors.count).toBe(KiB64 / 8)
    ram.clear()
    expect([ram.errors.count, ram.take(RAM_BASE, 8)]).toEqual([0, new Uint8Array(8)])
  })

  it('are refused from a save that no RAM has made', () => {
    const ram = new Ram(KiB64)
    ram.errors.poison(RAM_BASE + 64, 16)
    ram.errors.flip(RAM_BASE, [1], false)
    const good = ram.errors.save()
    const { pages } = ram
    const words = (...list: number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer)
    expect(() => parseErrors(good, pages)).not.toThrow()
    const bad = [
      {},
      { ...good, counts: null },
      { ...good, counts: { injected: -1 } },
      { ...good, poison: 'none' },
      { ...good, poison: words(1) },
      { ...good, poison: words(8, 0) },
      { ...good, poison: words(8, 2, 10, 1) },
      { ...good, poison: words(9, 1, 8, 1) },
      { ...good, poison: words(KiB64 / 8 - 1, 2) },
      { ...good, flips: words(0, 1) },
      { ...good, flips: words(0, 0, 0) },
      { ...good, flips: words(3, 1, 0, 3, 1, 0) },
      { ...good, flips: words(9, 1, 0) }, // poison
      { ...good, flips: words(KiB64 / 8, 1, 0) },
    ]
    for (const state of bad) expect(() => parseErrors(state, pages)).toThrow(RangeError)
  })
})

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

function perform(one: Action, ram: Ram, oracle: Oracle): void {
  if (one === 'save') {
    const state = decodeState(encodeState(ram.errors.save()))
    ram.errors.clear()
    ram.errors.load(parseErrors(state, ram.pages))
    expect(ram.errors.save()).toEqual(state)
  } else if ('flip' in one) {
    ram.errors.flip(FIRST, one.flip, one.silent)
    oracle.flip(one.flip, one.silent)
  } else if ('poison' in one) {
    const [first, more] = one.poison
    const count = Math.min(more + 1, WORDS - first)
    ram.errors.poison(FIRST + 8 * first, 8 * count)
    oracle.poison(first, count)
  } else if ('read' in one) {
    const [at, length] = one.read
    const bytes = Math.min(length, TRIED_BYTES - at)
    const where = oracle.read(at, bytes)
    expect(ram.errors.touch(FIRST + at, bytes)).toBe(where === CLEAN ? CLEAN : FIRST + where)
  } else {
    const [at, length] = one.write
    const bytes = Array<number>(Math.min(length, TRIED_BYTES - at)).fill(one.byte)
    ram.write(FIRST + at, Uint8Array.from(bytes))
    oracle.write(at, bytes)
  }
}

function compare(ram: Ram, oracle: Oracle): void {
  const { errors } = ram
  const stored = new BigUint64Array(ram.read(FIRST, TRIED_BYTES).buffer)
  expect([...stored]).toEqual(oracle.words.map((word) => word.stored))
  const bad = oracle.words.map(({ poison, flipped }) => (poison || flipped !== 0n ? 1 : 0))
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
  expect([...errors.onPage.subarray(0, 3)]).toEqual([sum(bad.slice(0, 3)), sum(bad.slice(3)), 0])
  expect([errors.count, ram.i32[ERRORS >> 2]]).toEqual([sum(bad), sum(bad)])
  for (const [name, count] of Object.entries(oracle.counts)) {
    expect(errors.events()[`memory-error-${name}`] ?? 0).toBe(count)
  }
}
