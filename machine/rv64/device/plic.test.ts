import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { PLIC_SOURCES, Plic } from './plic.ts'

const ENABLE = 0x2000
const CONTEXT = 0x20_0000
const S = 1 // hart 0 in S-mode

describe('Plic', () => {
  let wires: boolean[]
  let plic: Plic
  const make = (): Plic =>
    new Plic(1, (context, level) => {
      wires[context] = level
    })
  const enable = (context: number, ...sources: number[]): void => {
    for (const source of sources) {
      const at = ENABLE + 0x80 * context + 4 * (source >>> 5)
      plic.write(at, 4, plic.read(at, 4) | (1 << (source & 31)))
    }
  }
  const claim = (context = S): number => plic.read(CONTEXT + 0x1000 * context + 4, 4)
  const complete = (source: number, context = S): void =>
    plic.write(CONTEXT + 0x1000 * context + 4, 4, source)

  beforeEach(() => {
    wires = [false, false]
    plic = make()
  })

  it('tells only contexts that have the source enabled with a priority', () => {
    plic.wire(10)(true)
    expect(wires).toEqual([false, false])
    enable(S, 10)
    expect(wires).toEqual([false, false])
    plic.write(4 * 10, 4, 1)
    expect(wires).toEqual([false, true])
  })

  it('gives claims by priority, then by number', () => {
    for (const source of [3, 10, 40]) {
      plic.write(4 * source, 4, source === 40 ? 7 : 2)
      plic.wire(source)(true)
    }
    enable(S, 3, 10, 40)
    expect([claim(), claim(), claim(), claim()]).toEqual([40, 3, 10, 0])
    expect(wires[S]).toBe(false)
  })

  it('asks again on completion for what was asserted in service, and not before', () => {
    plic.write(4 * 8, 4, 1)
    enable(S, 8)
    plic.wire(8)(true)
    expect(claim()).toBe(8)
    plic.wire(8)(true)
    expect(claim()).toBe(0)
    complete(8)
    expect(wires[S]).toBe(true)
    expect(claim()).toBe(8)
    plic.wire(8)(true)
    plic.wire(8)(false)
    complete(8)
    expect(wires[S]).toBe(false)
  })

  it('does not ask again for a level that only stayed high', () => {
    plic.write(4 * 8, 4, 1)
    enable(S, 8)
    plic.wire(8)(true)
    claim()
    complete(8)
    expect(wires[S]).toBe(false)
    plic.wire(8)(true)
    expect(wires[S]).toBe(true)
  })

  it('masks by threshold, but lets claims through', () => {
    plic.write(4 * 5, 4, 3)
    enable(S, 5)
    plic.write(CONTEXT + 0x1000 * S, 4, 3)
    plic.wire(5)(true)
    expect(wires[S]).toBe(false)
    plic.write(CONTEXT + 0x1000 * S, 4, 2)
    expect(wires[S]).toBe(true)
    plic.write(CONTEXT + 0x1000 * S, 4, 7)
    expect(claim()).toBe(5)
  })

  it('ignores completion of what the context did not enable', () => {
    plic.write(4 * 5, 4, 1)
    enable(S, 5)
    plic.wire(5)(true)
    expect(claim()).toBe(5)
    complete(5, 0)
    expect(wires[S]).toBe(false)
  })

  it('has no source 0 and none from 96 up', () => {
    plic.write(0, 4, 7)
    plic.write(ENABLE + 0x80 * S, 4, 0xffff_ffff)
    plic.write(4 * PLIC_SOURCES, 4, 7)
    expect(plic.read(0, 4)).toBe(0)
    expect(plic.read(ENABLE + 0x80 * S, 4)).toBe(0xffff_fffe)
    expect(plic.read(4 * PLIC_SOURCES, 4)).toBe(0)
  })

  it('comes back from a snapshot with wires and service', () => {
    plic.write(4 * 5, 4, 1)
    plic.write(4 * 6, 4, 1)
    enable(S, 5, 6)
    plic.wire(5)(true)
    claim()
    plic.wire(5)(true)
    plic.wire(6)(true)
    const saved = plic.save()
    wires = [false, false]
    plic = make()
    plic.load(saved)
    expect(plic.save()).toEqual(saved)
    expect(wires[S]).toBe(true)
    expect(claim()).toBe(6)
    complete(5)
    expect(claim()).toBe(5)
  })

  it('never has a source pending and in service, whatever is written', () => {
    const step = fc.record({
      kind: fc.constantFrom('wire', 'write', 'claim'),
      offset: fc.oneof(
        fc.nat(95).map((n) => 4 * n),
        fc.nat(8).map((n) => ENABLE + 4 * n),
        fc.nat(3).map((n) => ENABLE + 0x80 + 4 * n),
        fc.constantFrom(CONTEXT, CONTEXT + 4, CONTEXT + 0x1000, CONTEXT + 0x1004, 0x5f_fffc),
      ),
      value: fc.oneof(fc.nat(100), fc.integer()),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        plic = make()
        for (const { kind, offset, value } of steps) {
          if (kind === 'wire') plic.wire(1 + (Math.abs(value) % 95))((value & 1) === 0)
          else if (kind === 'write') plic.write(offset, 4, value)
          else claim()
          const { pending, serving } = plic.save() as { pending: number[]; serving: number[] }
          pending.forEach((word, i) => {
            expect(word & (serving[i] ?? 0)).toBe(0)
          })
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})
