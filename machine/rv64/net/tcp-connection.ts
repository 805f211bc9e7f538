// A TCP connection in virtual time: the two halves, the handshake, the timers and the end. Invariant:
// one clock event stands for the earliest of its deadlines; a connection that is over has none and
// sends nothing.

import type { PeerSocket } from '../../machine.ts'
import type { Clock } from '../time/clock.ts'
import { TcpReceiver } from './tcp-receiver.ts'
import { ACK, FIN, RST, type Segment, SYN } from './tcp-segment.ts'
import { type Sending, TcpSender } from './tcp-sender.ts'
import { MOST_RESENDS, TcpTimers } from './tcp-timers.ts'

/** 1500 bytes of Ethernet less the headers of IPv4 and TCP. */
export const MSS = 1460

type Phase = 'idle' | 'syn-sent' | 'syn-received' | 'synchronised' | 'time-wait' | 'over'

export interface TcpOptions {
  readonly clock: Clock
  /** Distinguishes this connection's timer from others due at the same cycle. */
  readonly name: string
  readonly localPort: number
  readonly remotePort: number
  readonly initialSequence: number
  readonly transmit: (segment: Segment) => void
  /** The connection needs its ports no more. */
  readonly over: () => void
}

export class TcpConnection implements PeerSocket {
  onProgress: (() => void) | undefined
  readonly #options: TcpOptions
  readonly #sender: TcpSender
  readonly #timers: TcpTimers
  #receiver: TcpReceiver | undefined
  #phase: Phase = 'idle'
  #failure: string | undefined
  #acknowledgeNow = false
  /** The window last told to the other end. */
  #advertised = 0
  /** We sent FIN before the other end did. */
  #closedFirst = false
  #progressed = false

  constructor(options: TcpOptions) {
    this.#options = options
    this.#sender = new TcpSender(options.initialSequence)
    this.#timers = new TcpTimers(options.clock, options.name, () => this.#expire())
  }

  get state(): PeerSocket['state'] {
    if (this.#failure !== undefined) return 'failed'
    switch (this.#phase) {
      case 'idle':
      case 'syn-sent':
      case 'syn-received':
        return 'connecting'
      case 'synchronised':
        return this.#sender.ended || this.#receiver?.finished === true ? 'closing' : 'open'
      case 'time-wait':
      case 'over':
        return 'closed'
      default:
        return this.#phase satisfies never
    }
  }

  get failure(): string | undefined {
    return this.#failure
  }

  /** True while it waits only for stray segments; its user does not miss it. */
  get isLingering(): boolean {
    return this.#phase === 'time-wait' || this.#phase === 'over'
  }

  /** Active open. */
  open(): void {
    this.#phase = 'syn-sent'
    this.#transmit(this.#sender.open(0))
    this.#settle()
  }

  /** Passive open: answers the SYN of `segment`. */
  accept(segment: Segment): void {
    this.#phase = 'syn-received'
    this.#meet(segment)
    this.#transmit(this.#sender.open(ACK))
    this.#settle()
  }

  send(bytes: Uint8Array): number {
    this.#sender.push(bytes)
    this.#push()
    return this.#sender.pending
  }

  receive(): Uint8Array {
    const receiver = this.#receiver
    if (receiver === undefined) return new Uint8Array(0)
    const bytes = receiver.read()
    const hasOpened = this.#advertised < 2 * MSS && receiver.window >= 2 * MSS
    if (hasOpened && this.#phase === 'synchronised') {
      this.#acknowledgeNow = true
      this.#settle()
    }
    return bytes
  }

  end(): void {
    if (this.#sender.ended || this.isLingering || this.#failure !== undefined) return
    this.#closedFirst = this.#receiver?.finished !== true
    this.#sender.end()
    this.#push()
  }

  destroy(): void {
    if (this.#phase === 'synchronised' || this.#phase === 'syn-received') {
      this.#emit({ sequence: this.#sender.sequence, flags: RST, data: new Uint8Array(0) })
    }
    this.#finish()
  }

  /** Gives the connection up without a word to the other end. */
  fail(why: string): void {
    if (this.isLingering) return
    this.#failure = why
    this.#progressed = true
    this.#finish()
    this.#tell()
  }

  /** A segment for this connection has arrived. */
  input(segment: Segment): void {
    if (this.#phase === 'syn-sent') this.#answered(segment)
    else if (this.#phase === 'time-wait') this.#stray(segment)
    else if (this.#phase !== 'over') this.#synchronised(segment)
    this.#settle()
    this.#tell()
  }

  #answered(segment: Segment): void {
    const acknowledges = (segment.flags & ACK) !== 0
    if (!acknowledges || this.#sender.place(segment.acknowledgement) !== 1) return
    if ((segment.flags & RST) !== 0) {
      this.fail(`connection refused: nobody listens on port ${this.#options.remotePort}`)
    } else if ((segment.flags & SYN) !== 0) {
      this.#meet(segment)
      this.#sender.acknowledge(1, segment.window, false)
      this.#established()
      this.#acknowledgeNow = true
    }
  }

  /** Learns the other end's first sequence number and largest segment. */
  #meet(segment: Segment): void {
    this.#receiver = new TcpReceiver(segment.sequence)
    this.#sender.mss = Math.min(MSS, segment.mss ?? 536)
  }

  #established(): void {
    this.#phase = 'synchronised'
    this.#timers.answered()
    this.#progressed = true
  }

  /** After FINs both ways: answers a FIN that comes again. */
  #stray(segment: Segment): void {
    if ((segment.flags & FIN) === 0) return
    this.#acknowledgeNow = true
    this.#timers.linger()
  }

  #synchronised(segment: Segment): void {
    const receiver = this.#receiver
    if (receiver === undefined) return
    const { flags, data } = segment
    const hasFin = (flags & FIN) !== 0
    const at = receiver.place(segment.sequence)
    const length = data.length + (hasFin ? 1 : 0)
    if ((flags & RST) !== 0) {
      if (at === receiver.next) this.fail('connection reset by the guest')
      return
    }
    if (!receiver.accepts(at, length) || (flags & SYN) !== 0) {
      this.#acknowledgeNow = true
      // A probe of our closed window carries a valid acknowledgement all the same.
      if ((flags & SYN) !== 0 || at > receiver.next) return
    }
    if ((flags & ACK) === 0 || !this.#takeAcknowledgement(segment, length === 0)) return
    if (length === 0 || !receiver.accepts(at, length)) return
    const wasFinished = receiver.finished
    const before = receiver.next
    const inTurn = receiver.take(at, data, hasFin)
    if (!inTurn || this.#timers.acknowledgementWaits || receiver.finished) {
      this.#acknowledgeNow = true
    } else this.#timers.delayAcknowledgement()
    this.#progressed ||= receiver.next > before || receiver.finished !== wasFinished
  }

  /** Returns false if the segment acknowledges what was never sent. */
  #takeAcknowledgement(segment: Segment, isBare: boolean): boolean {
    const place = this.#sender.place(segment.acknowledgement)
    if (place === undefined) {
      this.#acknowledgeNow = true
      return false
    }
    if (this.#phase === 'syn-received' && place >= 1) this.#established()
    const { news, again } = this.#sender.acknowledge(place, segment.window, isBare)
    if (news) {
      this.#timers.answered()
      this.#progressed = true
    } else if (this.#sender.windowIsClosed) this.#timers.patience()
    if (again !== undefined) this.#transmit(again)
    return true
  }

  #push(): void {
    if (this.#phase === 'synchronised') this.#settle()
  }

  /** Sends what can be sent, acknowledges, ends what has ended, and sets the timer. */
  #settle(): void {
    if (this.#phase === 'over') return
    if (this.#phase === 'synchronised') {
      for (let s = this.#sender.send(); s !== undefined; s = this.#sender.send()) this.#transmit(s)
    }
    if (this.#acknowledgeNow) {
      this.#transmit({ sequence: this.#sender.sequence, flags: 0, data: new Uint8Array(0) })
    }
    if (this.#phase === 'synchronised' && this.#sender.finAcknowledged) {
      if (this.#receiver?.finished === true) this.#part()
    }
    this.#timers.awaitAnswer(this.#sender.inFlight || this.#sender.isBlocked)
    this.#timers.arm()
  }

  /** Both directions are closed: the first to close waits for stray segments. */
  #part(): void {
    this.#progressed = true
    if (this.#closedFirst) {
      this.#phase = 'time-wait'
      this.#timers.linger()
    } else this.#finish()
  }

  #finish(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#timers.stop()
    this.#options.over()
  }

  #expire(): void {
    if (this.#timers.waitIsOver) {
      this.#finish()
      return
    }
    if (this.#timers.acknowledgementIsDue) this.#acknowledgeNow = true
    if (this.#timers.resendIsDue) this.#resend()
    this.#settle()
    this.#tell()
  }

  #resend(): void {
    if (!this.#timers.again()) {
      this.fail(`no answer from port ${this.#options.remotePort} after ${MOST_RESENDS} attempts`)
      return
    }
    if (this.#sender.isBlocked) this.#transmit(this.#sender.probe())
    else if (this.#sender.synAcknowledged) this.#transmit(this.#sender.resend())
    else this.#transmit(this.#sender.open(this.#phase === 'syn-received' ? ACK : 0))
  }

  #transmit(sending: Sending): void {
    this.#emit(sending)
    this.#acknowledgeNow = false
    this.#timers.acknowledged()
  }

  #emit({ sequence, flags, data }: Sending): void {
    const { localPort, remotePort, transmit } = this.#options
    const receiver = this.#receiver
    this.#advertised = receiver?.window ?? 0xffff
    transmit({
      sourcePort: localPort,
      destinationPort: remotePort,
      sequence,
      acknowledgement: receiver?.acknowledgement ?? 0,
      flags: flags | (receiver === undefined ? 0 : ACK),
      window: this.#advertised,
      mss: (flags & SYN) !== 0 ? MSS : undefined,
      data,
    })
  }

  #tell(): void {
    if (!this.#progressed) return
    this.#progressed = false
    this.onProgress?.()
  }
}
