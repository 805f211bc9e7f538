// Replay: a recorded session once more. Invariant: each input enters at the moment and in the order in
// which it came, between the same two instructions, whatever executes them; so the run ends as the
// recorded one did, or the replay says where it parted.

import type { MachineSpec, MemoryError, Pacer, PeerSocket } from '../machine.ts'
import { Rv64Machine, type Rv64Options } from './rv64.ts'
import { difference, identityOf } from './saved/machine-identity.ts'
import type { Input, Moment } from './session/input-log.ts'
import { readEntry } from './session/recorded-socket.ts'
import { momentText, portOf, type Recording, RecordingError } from './session/recording.ts'

export type ReplayEnd =
  /** The same cycle, the same digest. */
  | { readonly kind: 'same' }
  | { readonly kind: 'parted'; readonly why: string }
  | { readonly kind: 'aborted' }

export class Replay {
  /** The machine, for a listener to its console; the replay runs it. */
  readonly machine: Rv64Machine
  readonly #recording: Recording
  readonly #sockets = new Map<number, PeerSocket>()

  /** Throws RecordingError unless `spec` is of the recorded machine; its engine is free. */
  constructor(recording: Recording, spec: MachineSpec, options: Rv64Options = {}) {
    const identity = identityOf(spec)
    const part = difference(recording.identity, identity)
    if (part !== undefined) {
      throw new RecordingError(
        `expected the ${part} that was recorded (${recording.identity[part]}), got ${identity[part]}. ` +
          'Try: the files and the version of this program that were recorded',
      )
    }
    this.#recording = recording
    this.machine = new Rv64Machine({ ...spec, pacer: unhurried(options) }, options)
  }

  /** Runs to the recorded end. Can be called once. */
  async run(signal?: AbortSignal): Promise<ReplayEnd> {
    const { inputs, end } = this.#recording
    for (const [i, input] of inputs.entries()) {
      const there = await this.#reach(input, signal)
      if (there !== true) return there
      const refusal = await this.#enter(input)
      if (refusal !== undefined) {
        const which = `input ${i + 1} (${input.kind}) at ${momentText(input)}`
        return { kind: 'parted', why: `expected ${which} to be taken as before, got: ${refusal}` }
      }
    }
    const there = await this.#reach(end, signal)
    if (there !== true) return there
    const { digest } = this.machine.recording(this.#recording.about).end
    if (digest === end.digest) return { kind: 'same' }
    const why = `expected digest ${end.digest} at ${momentText(end)}, got ${digest}`
    return { kind: 'parted', why }
  }

  /** True, or why the machine does not stand there. */
  async #reach(moment: Moment, signal: AbortSignal | undefined): Promise<true | ReplayEnd> {
    const { machine } = this
    if (stands(machine, moment)) return true
    const { cycle: deadline, together } = moment
    const stop = await machine.run({
      deadline,
      ...(together !== undefined && { together }),
      ...(signal && { signal }),
    })
    if (stop.kind === 'aborted') return { kind: 'aborted' }
    if (stands(machine, moment)) return true
    const got = `${stop.kind} at ${momentText(machine.moment)}`
    return { kind: 'parted', why: `expected to reach ${momentText(moment)}, got ${got}` }
  }

  /** Undefined, or what the machine has against it. */
  async #enter(input: Input): Promise<string | undefined> {
    try {
      if (input.kind === 'console') this.machine.console.type(TEXT.decode(input.bytes))
      else if (input.kind === 'memory-error') await this.machine.inject(errorIn(input.bytes))
      else this.#connection(input)
      return undefined
    } catch (error) {
      if (error instanceof RangeError) return error.message
      throw error
    }
  }

  #connection({ kind, bytes }: Input): void {
    const entry = readEntry(bytes)
    const { network } = this.machine
    if (entry === undefined || network === undefined) throw new RangeError('no network card')
    if (kind === 'connect') {
      this.#sockets.set(entry.number, network.connect(portOf(entry.bytes), 'outside'))
      return
    }
    const socket = this.#sockets.get(entry.number)
    if (socket === undefined) throw new RangeError(`no connection ${entry.number}`)
    if (kind === 'send') socket.send(entry.bytes)
    else if (kind === 'receive') socket.receive()
    else if (kind === 'end') socket.end()
    else if (kind === 'destroy') socket.destroy()
  }
}

const stands = ({ moment }: Rv64Machine, { cycle, together }: Moment): boolean =>
  moment.cycle === cycle && moment.together === together

/** The error that the injector wrote, and checks when it is given. Throws RangeError for what is no JSON. */
function errorIn(bytes: Uint8Array): MemoryError {
  try {
    return JSON.parse(TEXT.decode(bytes)) as MemoryError
  } catch {
    throw new RangeError('no memory error')
  }
}

/** What was typed came as text, so it is text again; a mark at its beginning is a character like others. */
const TEXT = new TextDecoder('utf-8', { ignoreBOM: true })

/** Never holds virtual time back; with a pacer a waiting machine is not stuck, as it was not then. */
function unhurried({ breathe }: Rv64Options): Pacer {
  return {
    idle: async () => {},
    breathe: async () => {
      await breathe?.()
    },
  }
}
