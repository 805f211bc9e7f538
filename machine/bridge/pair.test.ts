// A pair whose host socket never says that it has closed: its place must be free nevertheless, and once.

import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import type { PeerSocket } from '../machine.ts'
import { Pair } from './pair.ts'

/** A socket that takes nothing and, ended, reset or destroyed, never closes: as after a refused reset (EINVAL). */
class NeverCloses extends Duplex {
  constructor() {
    super({ allowHalfOpen: true, autoDestroy: false, read() {}, write() {}, final() {} })
  }

  override destroy(): this {
    return this
  }

  resetAndDestroy(): this {
    return this
  }

  unref(): this {
    return this
  }
}

class Guest implements PeerSocket {
  state: PeerSocket['state'] = 'open'
  failure: string | undefined
  onProgress: (() => void) | undefined
  said = new Uint8Array(0)

  send(): number {
    return 0
  }

  receive(): Uint8Array {
    const { said } = this
    this.said = new Uint8Array(0)
    return said
  }

  end(): void {}

  destroy(): void {
    this.state = 'failed'
  }

  becomes(state: PeerSocket['state'], bytes = 0): void {
    this.said = new Uint8Array(bytes)
    this.state = state
    this.onProgress?.()
  }
}

it.each<[string, (guest: Guest) => void]>([
  ['resets', () => {}],
  ['ends and resets in one turn', (guest) => guest.becomes('closing')],
  ['sends, ends and resets in one turn', (guest) => guest.becomes('closing', 1000)],
  ['sends more than the host takes and resets', (guest) => guest.becomes('open', 1e6)],
])('a guest that %s has its place free at once, though the socket never closes', (_, first) => {
  const guest = new Guest()
  let over = 0
  const socket = new NeverCloses()
  const pair = new Pair(socket as unknown as Socket, guest, {
    moved() {},
    over: () => over++,
  })
  first(guest)
  expect(over).toBe(0)
  guest.becomes('failed')
  expect(over).toBe(1)
  pair.drop()
  socket.emit('close')
  expect(over).toBe(1)
  expect(guest.onProgress).toBeUndefined()
})

it('a pair that is made to go frees its place at once, whether or not its socket closes', () => {
  const guest = new Guest()
  let over = 0
  const pair = new Pair(new NeverCloses() as unknown as Socket, guest, {
    moved() {},
    over: () => over++,
  })
  guest.becomes('closing')
  pair.drop()
  expect([over, guest.state]).toEqual([1, 'failed'])
})
