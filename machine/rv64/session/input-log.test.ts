import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Link } from '../net/link.ts'
import { Peer } from '../net/peer.ts'
import { Clock } from '../time/clock.ts'
import { InputGate } from './input-gate.ts'
import { INPUT_KINDS, InputLog } from './input-log.ts'

const mac = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n)

describe('InputLog', () => {
  it('keeps its own copy of what came, with its cycle, through a snapshot', () => {
    const log = new InputLog()
    const bytes = Uint8Array.of(1, 2)
    log.add({ cycle: cycles(5) }, 'console', bytes)
    bytes.fill(9)
    const other = new InputLog()
    other.load(log.save())
    expect(other.entries).toEqual([{ cycle: 5, kind: 'console', bytes: Uint8Array.of(1, 2) }])
    other.reset()
    expect(other.entries).toEqual([])
  })

  it('is bounded, and says what it lost', () => {
    const log = new InputLog()
    const much = new Uint8Array(40 * 1024 * 1024)
    log.add({ cycle: cycles(1) }, 'send', much)
    log.add({ cycle: cycles(2) }, 'send', much)
    log.add({ cycle: cycles(3) }, 'send', Uint8Array.of(1))
    expect([log.count, log.entries.length, log.lost]).toEqual([2, 2, 1])
  })

  it('takes no more of the host for many small entries than its bound says', () => {
    const log = new InputLog()
    const small = new Uint8Array(9)
    for (let n = 0; n < 3_000_000; n++) log.add({ cycle: cycles(n), together: n }, 'send', small)
    expect(log.bytes).toBeLessThanOrEqual(64 * 1024 * 1024)
    expect(log.count + log.lost).toBe(3_000_000)
    expect(log.count * (small.length + 30)).toBeGreaterThan(log.bytes) // 30 bytes an entry and no more
  })

  it('gives back every kind, moment and byte as it came', () => {
    const all = fc.array(
      fc.record({
        kind: fc.constantFrom(...INPUT_KINDS),
        bytes: fc.uint8Array({ maxLength: 400_000, size: 'max' }),
        cycle: fc.maxSafeNat().map(cycles),
        together: fc.maxSafeNat(),
      }),
      { maxLength: 6 },
    )
    const property = fc.property(all, fc.boolean(), (inputs, isOne) => {
      const log = new InputLog()
      const added = inputs.map(({ together, ...one }) => (isOne ? one : { ...one, together }))
      for (const { kind, bytes, ...moment } of added) log.add(moment, kind, bytes)
      expect(log.entries).toEqual(added)
    })
    fc.assert(property, { numRuns: 30 })
  })

  it('keeps nothing once nobody wants a record, not even what a snapshot holds', () => {
    const log = new InputLog()
    log.add({ cycle: cycles(1) }, 'console', Uint8Array.of(1))
    const snapshot = log.save()
    log.turnOff()
    log.add({ cycle: cycles(2) }, 'connect', Uint8Array.of(0, 0, 0, 1, 0, 80))
    expect([log.count, log.bytes, log.connections]).toEqual([0, 0, 1])
    log.load(snapshot)
    expect([log.count, log.bytes, log.isOff]).toEqual([0, 0, true])
  })

  it('records connections from outside and no others', () => {
    const clock = new Clock()
    const link = new Link({ clock, timing: { wire: 10, 'wire-byte': 1 } })
    const gate = new InputGate({
      clock,
      moment: () => ({ cycle: clock.now }),
      settle: () => clock.fireDue(),
      leave: () => {},
    })
    const inputs = gate.log
    const a = new Peer({ clock, wire: link.left, mac: mac(1), ip: 1, neighbour: 2, gate })
    const b = new Peer({ clock, wire: link.right, mac: mac(2), ip: 2, neighbour: 1 })
    b.listen(80, (socket) => socket.send(Uint8Array.of(7)))
    const settle = (): void => {
      while (clock.next() < clock.now + 1e8) {
        clock.now = clock.next()
        clock.fireDue()
      }
    }
    a.connect(80).send(Uint8Array.of(1))
    settle()
    expect([inputs.entries, inputs.unrecorded]).toEqual([[], 1])

    const socket = a.connect(80, 'outside')
    let told = 0
    socket.onProgress = () => told++
    socket.send(Uint8Array.of(5, 6))
    settle()
    expect([...socket.receive()]).toEqual([7])
    socket.end()
    socket.destroy()
    expect(inputs.entries.map(({ kind }) => kind)).toEqual([
      'connect',
      'send',
      'receive',
      'end',
      'destroy',
    ])
    expect(inputs.entries[1]?.bytes).toEqual(Uint8Array.of(0, 0, 0, 1, 5, 6))
    expect([told > 0, socket.state, socket.failure]).toEqual([true, 'closed', undefined])
  })
})
