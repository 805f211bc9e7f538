// Hostile rings: any descriptors, chains, loops and addresses. Whatever they hold, a device neither throws
// nor goes on for ever, and writes nowhere but to used rings and to what the rings let it write.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinkEnd } from '../net/link.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { Disk } from './disk.ts'
import { DriverDouble } from './driver.fixture.ts'
import { RamDouble } from './ram.fixture.ts'
import { VirtioMmio } from './virtio.ts'
import { VirtioBlock } from './virtio-block.ts'
import { VirtioNet } from './virtio-net.ts'

const RAM = 0x8000_0000
const RAM_BYTES = 1 << 17
const SIZE = 8
/** Behind the rings of both queues; no buffer that begins here reaches back to them. */
const DATA = RAM + 0x1_0000
const [WRITE, INDIRECT] = [2, 4]
/** A device serves what is available once; a ring never holds more. */
const MOST_EVENTS = 4 * SIZE
const FRAMES = 3

interface Descriptor {
  readonly at: number
  readonly length: number
  readonly flags: number
  readonly next: number
}

interface Ring {
  readonly descriptors: readonly Descriptor[]
  readonly heads: readonly number[]
  readonly available: number
}

const address = fc.oneof(
  { weight: 6, arbitrary: fc.nat(0xefff).map((at) => DATA + at) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 0x1000, RAM - 1, RAM + RAM_BYTES - 1, RAM + RAM_BYTES),
  },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32, 2 ** 53, 2 ** 63) },
)
const length = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1, 16, 12, 512, 1526) },
  { weight: 2, arbitrary: fc.nat(0x2000) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x7fff_ffff, 0xffff_ffff) },
)
const flags = fc.oneof(
  { weight: 8, arbitrary: fc.nat(3) },
  { weight: 1, arbitrary: fc.constantFrom(INDIRECT, INDIRECT | 1, 0xffff) },
)
const next = fc.oneof(
  { weight: 6, arbitrary: fc.nat(SIZE - 1) },
  { weight: 1, arbitrary: fc.nat(0xffff) },
)
const wild: fc.Arbitrary<Ring> = fc.record({
  descriptors: fc.array(fc.record({ at: address, length, flags, next }), {
    minLength: SIZE,
    maxLength: SIZE,
  }),
  heads: fc.array(next, { minLength: SIZE, maxLength: SIZE }),
  available: fc.oneof(
    { weight: 6, arbitrary: fc.nat(SIZE) },
    { weight: 1, arbitrary: fc.nat(0xffff) },
  ),
})
/** Two requests as a driver makes them, with some descriptors of a wild ring among them. */
const tame = fc
  .tuple(wild, fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }), fc.boolean())
  .map(([ring, kept, isRead]): Ring => {
    const descriptors = ring.descriptors.map((any, i): Descriptor => {
      if (kept[i] === true && kept[0] === true) return any
      const [next, at] = [i + 1, DATA + 0x1000 * i]
      if (i % 3 === 0) return { at, length: 16, flags: 1, next }
      if (i % 3 === 1) return { at, length: 512, flags: isRead ? 1 | WRITE : 1, next }
      return { at, length: 1, flags: WRITE, next }
    })
    return { ...ring, descriptors, heads: [0, 3, ...ring.heads.slice(2)] }
  })
const ring = fc.oneof(wild, tame)
/** Requests of the block device; a network card takes them as any bytes. */
const contents = fc.array(fc.tuple(fc.nat(0xef00), fc.nat(9), fc.nat(40)), { maxLength: 40 })

/** RAM that allows a device only what the rings do. */
class GuardedRam extends RamDouble {
  readonly wrong: string[] = []
  allowed: ((at: number, length: number) => boolean) | undefined

  override write(at: number, bytes: Uint8Array): void {
    if (this.allowed?.(at, bytes.length) === false) this.wrong.push(`${at} + ${bytes.length}`)
    super.write(at, bytes)
  }
}

class Rig {
  readonly clock = new Clock()
  readonly ram = new GuardedRam(RAM, RAM_BYTES)
  readonly wire: LinkEnd = { send: () => {}, onFrame: undefined }
  readonly device: VirtioMmio
  readonly driver: DriverDouble
  readonly #queues: number

  constructor(kind: 'block' | 'net') {
    const fixed = { 'disk-request': 20, 'disk-sector': 2, 'net-transmit': 10, 'net-receive': 7 }
    const [part, queues] =
      kind === 'block'
        ? [new VirtioBlock(new Disk(new Uint8Array(32 * 512)), this.clock, fixed), 1]
        : [new VirtioNet(this.wire, this.clock, fixed), 2]
    this.device = new VirtioMmio('virtio', this.ram, () => {}, part)
    this.driver = new DriverDouble(this.device, this.ram, SIZE)
    this.#queues = queues
    this.driver.start(queues)
  }

  put(rings: readonly Ring[], bytes: readonly (readonly [number, number, number])[]): void {
    for (const [at, type, sector] of bytes) {
      this.ram.write(DATA + at, Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0, sector))
    }
    for (let queue = 0; queue < this.#queues; queue++) {
      const { descriptors, heads, available } = rings[queue]!
      descriptors.forEach((one, i) => {
        this.driver.describe(queue, i, one)
      })
      heads.forEach((head, i) => {
        this.driver.u16(this.driver.available(queue) + 4 + 2 * i, head)
      })
      this.driver.u16(this.driver.available(queue) + 2, available)
    }
    const writable = rings
      .slice(0, this.#queues)
      .flatMap(({ descriptors }) => descriptors.filter((one) => (one.flags & WRITE) !== 0))
    this.ram.allowed = (at, count) => this.#isUsedRing(at, count) || liesIn(writable, at, count)
  }

  /** Notifies every queue, lets frames arrive, and waits for the end. Returns the events it took. */
  work(): number {
    for (let queue = 0; queue < this.#queues; queue++) this.driver.notify(queue)
    for (let n = 0; n < FRAMES; n++) this.wire.onFrame?.(new Uint8Array(60 + n).fill(n))
    let events = 0
    for (; this.clock.next() !== NEVER && events < 1000; events++) {
      this.clock.now = this.clock.next()
      this.clock.fireDue()
    }
    return events
  }

  #isUsedRing(at: number, count: number): boolean {
    for (let queue = 0; queue < this.#queues; queue++) {
      const used = this.driver.used(queue)
      if (at >= used && at + count <= used + 4 + 8 * SIZE) return true
    }
    return false
  }
}

const liesIn = (parts: readonly Descriptor[], at: number, count: number): boolean =>
  parts.some((part) => at >= part.at && at + count <= part.at + part.length)

describe.each(['block', 'net'] as const)('virtio-%s', (kind) => {
  it('keeps to what hostile rings let it write, and comes to an end', () => {
    let served = 0
    fc.assert(
      fc.property(fc.tuple(ring, ring), contents, (rings, bytes) => {
        const rig = new Rig(kind)
        rig.put(rings, bytes)
        expect(rig.work()).toBeLessThanOrEqual(MOST_EVENTS)
        expect(rig.ram.wrong).toEqual([])
        rig.ram.allowed = undefined
        for (let queue = 0; queue < (kind === 'block' ? 1 : 2); queue++) {
          served += rig.driver.finished(queue).length
        }
        // Whatever happened, a driver's reset makes all well.
        expect(rig.driver.start(kind === 'block' ? 1 : 2)).toBe(15)
      }),
      { numRuns: 1000 },
    )
    expect(served).toBeGreaterThan(100) // not all rings are refused at once
  })
})
