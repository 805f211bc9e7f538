import { describe, expect, it } from 'vitest'
import { cycles } from '../units.ts'
import { Clock } from './clock.ts'
import { InputGate } from './input-gate.ts'
import { InputLog } from './input-log.ts'
import { Link } from './net/link.ts'
import { Peer } from './net/peer.ts'

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
    expect([log.entries.length, log.lost]).toEqual([2, 1])
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
