// When a guest is taken to ask for input: a guest that follows a script, in virtual time.

import { expect, test } from 'vitest'
import type { Machine, Stop, Until } from '../../machine/machine.ts'
import { cycles } from '../../machine/units.ts'
import { Prompts } from './prompts.ts'

const SECOND = 1_000_000_000
const { signal } = new AbortController()

/** What the guest does at a time, in seconds: it says something, or begins to compute or to wait. */
type Line = readonly [at: number, what: string | { readonly computes: boolean }]

/** What Prompts uses of a machine. */
class Scripted {
  readonly capabilities = new Set(['counters'])
  readonly typed: string[] = []
  waiting = 0
  #now = 0
  #busy = 0
  #computes = false
  #listener: (text: string) => void = () => {}
  readonly #script: Line[]

  constructor(script: readonly Line[]) {
    this.#script = [...script]
  }

  now = () => cycles(this.#now)
  counters = async () => ({ busy: this.#busy })

  get console() {
    return {
      waiting: this.waiting,
      type: (text: string) => this.typed.push(text),
      listen: (heard: (text: string) => void) => {
        this.#listener = heard
        return () => {}
      },
    }
  }

  async run({ text, deadline }: Until): Promise<Stop> {
    let heard = ''
    for (;;) {
      const [at, what] = this.#script[0] ?? [Number.POSITIVE_INFINITY, '']
      const until = Math.min(at * SECOND, deadline)
      if (this.#computes) this.#busy += until - this.#now
      this.#now = until
      if (this.#now >= deadline) return { kind: 'deadline' }
      this.#script.shift()
      if (typeof what === 'object') this.#computes = what.computes
      else {
        heard += what
        this.#listener(what)
        const match = text?.exec(heard)
        if (match != null) return { kind: 'text', match }
      }
    }
  }
}

function guest(...script: Line[]): { prompts: Prompts; scripted: Scripted; at: () => number } {
  const scripted = new Scripted(script)
  const prompts = new Prompts(scripted as unknown as Machine)
  return { prompts, scripted, at: () => scripted.now() / SECOND }
}

test('a guest that has spoken and waits is asked after a pause, and its prompt is known from then on', async () => {
  const { prompts, at } = guest([0.5, 'boot\n$ '], [2.5, 'ls\n'], [3.2, 'a b\n'], [3.4, '$ '])
  expect([await prompts.next(signal), at()]).toEqual(['pause', 2])
  prompts.type('ls\n')
  expect([await prompts.next(signal), at()]).toEqual(['prompt', 3.4])
  expect([await prompts.next(signal), at()]).toEqual(['prompt', 3.4])
})

test('a guest that computes is given longer, or for ever', async () => {
  const script: readonly Line[] = [
    [0, 'on '],
    [0, { computes: true }],
  ]
  const hasty = guest(...script)
  expect([await hasty.prompts.next(signal), hasty.at()]).toEqual(['pause', 11])
  const { prompts, at } = guest(...script, [30, { computes: false }])
  expect([await prompts.next(signal, true), at()]).toEqual(['pause', 31])
})

test('a guest that has said nothing yet is given longer', async () => {
  const { prompts, at } = guest()
  expect([await prompts.next(signal), at()]).toEqual(['pause', 10])
})

test('a guest that has not taken what was typed is not asked', async () => {
  const { prompts, scripted, at } = guest([0, 'go '], [0.1, 'on '])
  scripted.waiting = 1
  const asked = prompts.next(signal)
  for (let i = 0; i < 100; i++) await Promise.resolve()
  expect(at()).toBeGreaterThan(2)
  scripted.waiting = 0
  expect(await asked).toBe('pause')
})

test('what looks like a known prompt within a line is none', async () => {
  const { prompts, at } = guest([0, '\n$ '], [3, 'echo $ '], [3.1, '\n'], [3.2, '\r$ '])
  await prompts.next(signal)
  prompts.type('x')
  expect([await prompts.next(signal), at()]).toEqual(['pause', 3])
  expect([await prompts.next(signal), at()]).toEqual(['prompt', 3.2])
})
