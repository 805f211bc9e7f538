// virtio-block (virtio 1.2, section 5.2). Requests are served one after the other; each completes, with
// all of its DMA, at one cycle of virtual time. Invariant: while a request is in flight there is
// exactly one clock event, so a saved (head, due) says all.

import { cycles } from '../../units.ts'
import type { SavedState } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'
import { type Disk, SECTOR_BYTES } from './disk.ts'
import type { VirtioFunction, VirtioHost } from './virtio.ts'
import type { Chain } from './virtqueue.ts'

const ID = 2
const FEATURE_SEG_MAX = 1 << 2
const FEATURE_FLUSH = 1 << 9
const CONFIG_SEG_MAX = 12
const CONFIG_BYTES = 60
const MOST_SEGMENTS = 126
const HEADER_BYTES = 16

const IN = 0
const OUT = 1
const FLUSH = 4
const GET_ID = 8
const ID_BYTES = 20

const OK = 0
const IO_ERROR = 1
const UNSUPPORTED = 2

export interface BlockTiming {
  readonly 'disk-request': number
  readonly 'disk-sector': number
}

export class VirtioBlock implements VirtioFunction {
  readonly id = ID
  readonly features = FEATURE_SEG_MAX | FEATURE_FLUSH
  readonly queues = 1
  readonly config = new Uint8Array(CONFIG_BYTES)
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #timing: BlockTiming
  #host: VirtioHost | undefined
  #flight: { readonly head: number; readonly event: Event } | undefined
  #reads = 0
  #writes = 0
  #sectors = 0

  constructor(disk: Disk, clock: Clock, timing: BlockTiming) {
    this.#disk = disk
    this.#clock = clock
    this.#timing = timing
    const view = new DataView(this.config.buffer)
    view.setBigUint64(0, BigInt(disk.sectors), true)
    view.setUint32(CONFIG_SEG_MAX, MOST_SEGMENTS, true)
  }

  attach(host: VirtioHost): void {
    this.#host = host
  }

  notify(): void {
    if (this.#flight === undefined) this.#begin()
  }

  counts(): Readonly<Record<string, number>> {
    return {
      'disk-reads': this.#reads,
      'disk-writes': this.#writes,
      'disk-sectors': this.#sectors,
    }
  }

  /** Forgets the request in flight; the disk keeps what was written. */
  reset(): void {
    if (this.#flight !== undefined) this.#clock.cancel(this.#flight.event)
    this.#flight = undefined
  }

  save(): SavedState {
    return {
      flight: this.#flight ? { head: this.#flight.head, due: this.#flight.event.when } : null,
      disk: this.#disk.save(),
      reads: this.#reads,
      writes: this.#writes,
      sectors: this.#sectors,
    }
  }

  load(state: SavedState): void {
    this.#flight = undefined
    const flight = state.flight as { head: number; due: number } | null
    if (flight !== null) this.#schedule(flight.head, flight.due)
    this.#disk.load(state.disk as SavedState)
    this.#reads = Number(state.reads)
    this.#writes = Number(state.writes)
    this.#sectors = Number(state.sectors)
  }

  /** Takes the next request, if there is one, and schedules its completion. */
  #begin(): void {
    const host = this.#host
    if (host === undefined || !host.live) return
    const chain = host.queue(0).pop()
    if (chain === 'empty') return
    if (chain === 'broken' || !isRequest(chain)) {
      host.fail()
      return
    }
    const bytes = chain.readableBytes - HEADER_BYTES + chain.writableBytes - 1
    const sectors = Math.ceil(bytes / SECTOR_BYTES)
    const duration = this.#timing['disk-request'] + this.#timing['disk-sector'] * sectors
    this.#schedule(chain.head, this.#clock.now + duration)
  }

  #schedule(head: number, due: number): void {
    const event = this.#clock.at(cycles(due), 'virtio-block', () => this.#complete(head))
    this.#flight = { head, event }
  }

  /** The descriptors are walked again: the driver may have changed them meanwhile. */
  #complete(head: number): void {
    this.#flight = undefined
    const host = this.#host
    if (host === undefined || !host.live) return
    const queue = host.queue(0)
    const chain = queue.chain(head)
    if (chain === undefined || !isRequest(chain)) {
      host.fail()
      return
    }
    const request = queue.gather(chain)
    const { status, data } =
      request === undefined ? failed(IO_ERROR) : this.#perform(request, chain.writableBytes - 1)
    queue.scatter(chain, data)
    queue.scatter(chain, Uint8Array.of(status), chain.writableBytes - 1)
    queue.push(head, data.length + 1)
    host.used(0)
    this.#begin()
  }

  /** One request: header and data from the driver, room for `room` bytes of answer. */
  #perform(request: Uint8Array, room: number): { status: number; data: Uint8Array } {
    const view = new DataView(request.buffer, request.byteOffset, HEADER_BYTES)
    const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true)
    const payload = request.subarray(HEADER_BYTES)
    switch (view.getUint32(0, true)) {
      case IN:
        if (!this.#disk.holds(sector, room)) return failed(IO_ERROR)
        this.#reads++
        this.#sectors += room / SECTOR_BYTES
        return { status: OK, data: this.#disk.read(sector, room) }
      case OUT:
        if (!this.#disk.holds(sector, payload.length)) return failed(IO_ERROR)
        this.#writes++
        this.#sectors += payload.length / SECTOR_BYTES
        this.#disk.write(sector, payload)
        return { status: OK, data: new Uint8Array(0) }
      case FLUSH:
        return { status: OK, data: new Uint8Array(0) }
      case GET_ID: {
        const name = new Uint8Array(ID_BYTES)
        name.set(new TextEncoder().encode('mirrorbench'))
        return { status: OK, data: name.subarray(0, Math.min(ID_BYTES, room)) }
      }
      default:
        return failed(UNSUPPORTED)
    }
  }
}

const isRequest = (chain: Chain): boolean =>
  chain.readableBytes >= HEADER_BYTES && chain.writableBytes >= 1

const failed = (status: number): { status: number; data: Uint8Array } => ({
  status,
  data: new Uint8Array(0),
})
