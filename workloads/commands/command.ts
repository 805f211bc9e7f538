// Command: a line as typed at the shell, measured from the first key to the next prompt, shell and
// console included. Invariant: its output is checked; wrong output is no measurement.

import { type Guest, type Workload, WorkloadFailure } from '../workload.ts'

export interface Command {
  readonly name: string
  readonly about: string
  /** Names of claims, where it serves others than most commands do. */
  readonly claims?: readonly string[]
  /** Lines that prepare the file system; not measured. */
  readonly before?: readonly string[]
  readonly line: string
  /** What it must print. */
  readonly prints: RegExp
  /** Lines that look at what it did, each with what it must print then; not measured. */
  readonly after?: readonly (readonly [line: string, prints: RegExp])[]
}

export function command(of: Command): Workload {
  return {
    name: `commands/${of.name}`,
    about: `${of.about}: ${of.line}`,
    claims: of.claims ?? ['xv6-commands', 'coverage'],
    drive: (guest) => drive(guest, of),
  }
}

async function drive(guest: Guest, of: Command): Promise<void> {
  for (const line of of.before ?? []) await demand(guest, line, /^$/)
  await guest.measure('command', () => demand(guest, of.line, of.prints))
  for (const [line, prints] of of.after ?? []) await demand(guest, line, prints)
}

async function demand(guest: Guest, line: string, prints: RegExp): Promise<void> {
  const said = await guest.command(line)
  if (prints.test(said)) return
  throw new WorkloadFailure(`${line}: expected ${prints}, got ${JSON.stringify(said.slice(-400))}`)
}
