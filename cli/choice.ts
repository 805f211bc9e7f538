// Choice: entries (configs, workloads) that the command line asks for by names and patterns; a trailing *
// stands for any rest. Invariant: what is asked for and not there is an error, never an empty choice.

import { pick } from '../registry/registry.ts'
import { UsageError } from './exit.ts'

export interface Menu<T> {
  /** `config`, `workload`: of the option, and of what it chooses. */
  readonly kind: string
  readonly all: ReadonlyMap<string, T>
  /** A part of all, and its name in an error. */
  readonly within?: { readonly name: string; readonly entries: readonly T[] }
}

/**
 * The entries that fit, in the order of the patterns, each once. Throws UnknownName, or UsageError for what
 * `within` lacks.
 */
export function choose<T extends { readonly name: string }>(
  patterns: readonly string[],
  { kind, all, within }: Menu<T>,
): T[] {
  const offered = within?.entries ?? [...all.values()]
  const chosen = patterns.flatMap((pattern) => {
    const found = offered.filter(({ name }) => fits(pattern, name))
    if (found.length > 0) return found
    if (within !== undefined && [...all.keys()].some((name) => fits(pattern, name))) {
      throw new UsageError(
        `--${kind}: expected some of ${within.name}, which has nothing like '${pattern}'. ` +
          `Try: --${kind} without --suite, or another suite`,
      )
    }
    return [pick(all, kind, pattern)] // throws, naming what there is
  })
  return [...new Set(chosen)]
}

const fits = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
