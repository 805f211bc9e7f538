// Options that several verbs share, and how their values are read. Precedence: command line, then
// environment (MIRRORBENCH_*), then the default.

import { InvalidArgumentError, Option } from 'commander'
import { BACKENDS, type Backend } from '../machine/machine.ts'
import { UsageError } from './exit.ts'

/** Who sits at a guest wants it fast; whoever measures asks for a model of memory. */
export function profileOption(usual = 'flat'): Option {
  return new Option('--profile <name>', 'timing profile').default(usual).env('MIRRORBENCH_PROFILE')
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what runs the guest').default('rv64')
}

export function backendNamed(name: string): Backend {
  const backend = BACKENDS.find((known) => known === name)
  if (backend !== undefined) return backend
  throw new UsageError(`expected a back end out of ${BACKENDS.join(', ')}; got '${name}'`)
}

export function wholeNumber(
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `>= ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}

/** `a,b` and repeated use both give a list. */
export function words(text: string, before: readonly string[] = []): string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ]
}

export const PORTS = 65_535
