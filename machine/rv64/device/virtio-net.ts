// virtio-net (virtio 1.2, section 5.1) with one queue pair and no offloads. Frames that the driver has
// no buffer for wait, bounded. Invariant: one clock event stands for sending, one for receiving,
// each exactly while there is something to do.

import { cycles } from '../../units.ts'
import type { LinkEnd } from '../net/link.ts'
import type { SavedState, SavedValue } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'
import type { VirtioVersion } from './queue-registers.ts'
import type { VirtioFunction, VirtioHost } from './virtio.ts'

const ID = 1
const FEATURE_MAC = 1 << 5
const RX = 0
const TX = 1
/** virtio_net_hdr, by version; VERSION_1 has it with num_buffers, which follows the rest. */
const HEADER_BYTES = { 1: 10, 2: 12 } as const
const NUM_BUFFERS = 10
const SHORTEST_FRAME = 14
const LONGEST_FRAME = 1514
/** Frames that wait for receive buffers. */
const MOST_WAITING = 256

/** QEMU's default address for a guest's first card. */
export const GUEST_MAC = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56)

export interface NetTiming {
  readonly 'net-transmit': number
  readonly 'net-receive': number
}

interface Waiting {
  readonly when: number
  readonly frame: Uint8Array
}

export class VirtioNet implements VirtioFunction {
  readonly id = ID
  readonly features = FEATURE_MAC
  readonly queues = 2
  readonly config = GUEST_MAC.slice()
  readonly #wire: LinkEnd
  readonly #clock: Clock
  readonly #timing: NetTiming
  #host: VirtioHost | undefined
  #sending: Event | undefined
  #receiving: Event | undefined
  #waiting: Waiting[] = []
  #sent = 0
  #received = 0
  #dropped = 0

  constructor(wire: LinkEnd, clock: Clock, timing: NetTiming) {
    this.#wire = wire
    this.#clock = clock
    this.#timing = timing
    wire.onFrame = (frame) => this.#arrive(frame)
  }

  attach(host: VirtioHost): void {
    this.#host = host
  }

  notify(index: number): void {
    if (index === TX) this.#scheduleSend(this.#clock.now + this.#timing['net-transmit'])
    else this.#scheduleReceive()
  }

  counts(): Readonly<Record<string, number>> {
    return {
      'net-sent': this.#sent,
      'net-received': this.#received,
      'net-dropped': this.#dropped,
    }
  }

  /** A driver's reset: what waited is gone, as on a card whose ring is emptied. */
  reset(): void {
    for (const event of [this.#sending, this.#receiving]) {
      if (event !== undefined) this.#clock.cancel(event)
    }
    this.#sending = this.#receiving = undefined
    this.#waiting = []
  }

  save(): SavedState {
    return {
      sendingAt: this.#sending?.when ?? null,
      receivingAt: this.#receiving?.when ?? null,
      waiting: this.#waiting.map(({ when, frame }) => ({ when, frame })),
      sent: this.#sent,
      received: this.#received,
      dropped: this.#dropped,
    }
  }

  load(state: SavedState): void {
    this.reset()
    const waiting: readonly SavedValue[] = Array.isArray(state.waiting) ? state.waiting : []
    this.#waiting = waiting.map((entry) => {
      const { when, frame } = entry as unknown as Waiting
      return { when, frame: frame.slice() }
    })
    if (state.sendingAt !== null) this.#scheduleSend(Number(state.sendingAt))
    if (state.receivingAt !== null) this.#receiveAt(Number(state.receivingAt))
    this.#sent = Number(state.sent)
    this.#received = Number(state.received)
    this.#dropped = Number(state.dropped)
  }

  #scheduleSend(when: number): void {
    this.#sending ??= this.#clock.at(cycles(when), 'virtio-net-send', () => {
      this.#sending = undefined
      this.#send()
    })
  }

  /** Sends all that the driver has made available by now. */
  #send(): void {
    const host = this.#host
    if (host === undefined || !host.live) return
    const queue = host.queue(TX)
    const header = HEADER_BYTES[host.version]
    let count = 0
    for (; count < queue.size; count++) {
      const chain = queue.pop()
      if (chain === 'empty') break
      if (chain === 'broken' || chain.readableBytes < header) {
        host.fail()
        return
      }
      const length = chain.readableBytes - header
      const fits = length >= SHORTEST_FRAME && length <= LONGEST_FRAME
      const frame = fits ? queue.gather(chain) : undefined // undefined too if poison is in it
      if (frame === undefined) this.#dropped++
      else {
        this.#sent++
        this.#wire.send(frame.subarray(header))
      }
      queue.push(chain.head, 0)
    }
    if (count > 0) host.used(TX)
  }

  #arrive(frame: Uint8Array): void {
    if (this.#host?.live !== true || this.#waiting.length >= MOST_WAITING) {
      this.#dropped++
      return
    }
    this.#waiting.push({ when: this.#clock.now + this.#timing['net-receive'], frame })
    this.#scheduleReceive()
  }

  #scheduleReceive(): void {
    const first = this.#waiting[0]
    if (first !== undefined) this.#receiveAt(Math.max(first.when, this.#clock.now))
  }

  #receiveAt(when: number): void {
    this.#receiving ??= this.#clock.at(cycles(when), 'virtio-net-receive', () => {
      this.#receiving = undefined
      this.#receive()
    })
  }

  /** Puts frames whose time has come into the driver's buffers, as far as there are any. */
  #receive(): void {
    const host = this.#host
    if (host === undefined || !host.live || !host.queue(RX).ready) return
    const queue = host.queue(RX)
    let count = 0
    for (;;) {
      const first = this.#waiting[0]
      if (first === undefined) break
      if (first.when > this.#clock.now) {
        this.#receiveAt(first.when)
        break
      }
      const chain = queue.pop()
      if (chain === 'empty') break
      if (chain === 'broken') {
        host.fail()
        return
      }
      this.#waiting.shift()
      const length = HEADER_BYTES[host.version] + first.frame.length
      const fits = chain.writableBytes >= length
      if (fits) {
        this.#received++
        queue.scatter(chain, withHeader(first.frame, host.version))
      } else this.#dropped++
      queue.push(chain.head, fits ? length : 0)
      count++
    }
    if (count > 0) host.used(RX)
  }
}

function withHeader(frame: Uint8Array, version: VirtioVersion): Uint8Array {
  const header = HEADER_BYTES[version]
  const bytes = new Uint8Array(header + frame.length)
  if (header > NUM_BUFFERS) bytes[NUM_BUFFERS] = 1
  bytes.set(frame, header)
  return bytes
}
