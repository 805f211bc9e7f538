// QMP: QEMU's control channel, one JSON object a line. Invariant: answers come in the order of the
// commands; each command is answered, or fails when the connection ends.

import type { Socket } from 'node:net'
import { QemuError } from './qemu-error.ts'

interface Answer {
  readonly return?: unknown
  readonly error?: { readonly desc: string }
}

export class Qmp {
  readonly #socket: Socket
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  #gone = false

  constructor(socket: Socket) {
    this.#socket = socket
    let rest = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') this.#heard(line)
    })
    socket.once('close', () => this.#closed())
    socket.on('error', () => {}) // `close` follows
  }

  async begin(): Promise<void> {
    await this.execute('qmp_capabilities')
  }

  execute(command: string, options: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#gone) return Promise.reject(gone())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: options })}\n`)
    })
  }

  /** A command of the human monitor, with its text. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': line }))
  }

  #heard(line: string): void {
    const answer = JSON.parse(line) as Answer
    // Greeting and events answer nothing.
    if (answer.return === undefined && answer.error === undefined) return
    const waiting = this.#waiting.shift()
    if (answer.error === undefined) waiting?.resolve(answer.return)
    else waiting?.reject(new QemuError(`QEMU refused a command: ${answer.error.desc}`))
  }

  #closed(): void {
    this.#gone = true
    for (const { reject } of this.#waiting) reject(gone())
    this.#waiting = []
  }
}

const gone = (): QemuError =>
  new QemuError('expected QEMU to answer, got the end of its connection')
