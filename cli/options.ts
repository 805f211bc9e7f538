// Options that several verbs share, and how their values are read. Precedence: command line, then
// environment (MIRRORBENCH_*), then the default.

import { InvalidArgumentError, Option } from 'commander'
import { PROFILES } from '../harness/profile.ts'
import { BACKENDS } from '../machine/machine.ts'

/** A person at a guest wants it fast, so `flat` is usual; a verb that measures asks for a model of memory. */
export function profileOption(usual = 'flat'): Option {
  return new Option('--profile <name>', 'timing profile')
    .choices(PROFILES.map(({ name }) => name))
    .default(usual)
    .env('MIRRORBENCH_PROFILE')
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what runs the guest').choices(BACKENDS).default('rv64')
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
  return [...before, ...listOf(text)]
}

/** `a,b` as a list of which each is out of `known`. */
export function wordsOutOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    listOf(text).map((word) => {
      const found = known.find((one) => one === word)
      if (found !== undefined) return found
      throw new InvalidArgumentError(`Expected some out of ${known.join(', ')}.`)
    })
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

export const PORTS = 65_535
