// A network cable in virtual time: delay, bandwidth, seeded loss; both ways at once. Invariant: frames
// of one direction arrive in the order sent, each at an exact cycle, or are lost by the seed's word.

import { cycles } from '../../units.ts'
import type { SavedState, SavedValue } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'

export interface LinkTiming {
  /** One way, in cycles. */
  readonly wire: number
  /** Cycles that each byte takes. */
  readonly 'wire-byte': number
}

export interface LinkOptions {
  readonly clock: Clock
  readonly timing: LinkTiming
  /** Probability that a frame is lost, 0 to 1. */
  readonly loss?: number
  readonly seed?: number
}

export interface LinkEnd {
  /** Puts a frame on the wire; it is copied. */
  send(frame: Uint8Array): void
  /** Hears each frame that arrives. */
  onFrame: ((frame: Uint8Array) => void) | undefined
}

/** Preamble, checksum and gap between frames; the shortest frame without its checksum. */
const OVERHEAD_BYTES = 24
const SHORTEST_BYTES = 60
/** Frames on their way in one direction at most; what comes on top is dropped, as by a switch. */
const MOST_IN_FLIGHT = 1024

export class Link {
  readonly left: LinkEnd
  readonly right: LinkEnd
  readonly #ways: readonly [Way, Way]

  constructor(options: LinkOptions) {
    const seed = options.seed ?? 1
    const rightward = new Way('link-right', options, seed)
    const leftward = new Way('link-left', options, seed ^ 0x5bd1_e995)
    this.#ways = [rightward, leftward]
    this.left = leftward.end((frame) => rightward.send(frame))
    this.right = rightward.end((frame) => leftward.send(frame))
  }

  counts(): Readonly<Record<string, number>> {
    const [rightward, leftward] = this.#ways
    return {
      'link-frames-right': rightward.frames,
      'link-frames-left': leftward.frames,
      'link-frames-lost': rightward.lost + leftward.lost,
    }
  }

  /** Loses what is on its way. */
  reset(): void {
    for (const way of this.#ways) way.reset()
  }

  save(): SavedState {
    return { rightward: this.#ways[0].save(), leftward: this.#ways[1].save() }
  }

  load(state: SavedState): void {
    this.#ways[0].load(state.rightward as SavedState)
    this.#ways[1].load(state.leftward as SavedState)
  }
}

interface Flying {
  readonly when: number
  readonly frame: Uint8Array
}

/** One direction. */
class Way {
  frames = 0
  lost = 0
  readonly #name: string
  readonly #options: LinkOptions
  #chance: number
  /** When the wire has taken the last frame's last bit. */
  #free = 0
  #flying: Flying[] = []
  #event: Event | undefined
  #arrive: ((frame: Uint8Array) => void) | undefined

  constructor(name: string, options: LinkOptions, seed: number) {
    this.#name = name
    this.#options = options
    this.#chance = seed | 0
  }

  /** The end at which this direction arrives and which sends by `send`. */
  end(send: (frame: Uint8Array) => void): LinkEnd {
    const end: LinkEnd = { send, onFrame: undefined }
    this.#arrive = (frame) => end.onFrame?.(frame)
    return end
  }

  send(frame: Uint8Array): void {
    const { clock, timing, loss } = this.#options
    const bytes = Math.max(SHORTEST_BYTES, frame.length) + OVERHEAD_BYTES
    this.#free = Math.max(this.#free, clock.now) + bytes * timing['wire-byte']
    this.frames++
    const isLost = loss !== undefined && loss > 0 && this.#random() < loss
    if (isLost || this.#flying.length >= MOST_IN_FLIGHT) {
      this.lost++
      return
    }
    this.#flying.push({ when: this.#free + timing.wire, frame: frame.slice() })
    this.#schedule()
  }

  reset(): void {
    if (this.#event !== undefined) this.#options.clock.cancel(this.#event)
    this.#event = undefined
    this.#flying = []
    this.#free = 0
  }

  save(): SavedState {
    return {
      free: this.#free,
      frames: this.frames,
      lost: this.lost,
      chance: this.#chance,
      flying: this.#flying.map(({ when, frame }) => ({ when, frame })),
    }
  }

  load(state: SavedState): void {
    this.reset()
    this.#free = Number(state.free)
    this.frames = Number(state.frames)
    this.lost = Number(state.lost)
    this.#chance = Number(state.chance)
    const flying: readonly SavedValue[] = Array.isArray(state.flying) ? state.flying : []
    this.#flying = flying.map((entry) => {
      const { when, frame } = entry as unknown as Flying
      return { when, frame: frame.slice() }
    })
    this.#schedule()
  }

  #schedule(): void {
    const first = this.#flying[0]
    if (this.#event !== undefined || first === undefined) return
    this.#event = this.#options.clock.at(cycles(first.when), this.#name, () => {
      this.#event = undefined
      this.#flying.shift()
      this.#schedule()
      this.#arrive?.(first.frame)
    })
  }

  /** mulberry32: a small generator whose state is one word. */
  #random(): number {
    this.#chance = (this.#chance + 0x6d2b_79f5) | 0
    let t = Math.imul(this.#chance ^ (this.#chance >>> 15), 1 | this.#chance)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
