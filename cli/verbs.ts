// Verbs: the files of cli/verbs, each a command of its file's name; there is no list to edit. Invariant: a
// verb that the command line names is loaded alone, so no verb waits for what another one imports.

import { readdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { RegistryError } from '../registry/registry.ts'

/** What a verb is for: its heading in `--help`. The headings stand there in this order. */
export const PURPOSE = {
  measure: 'Measure:',
  boot: 'Boot a guest:',
  look: 'Look inside a guest:',
  ask: 'Ask what there is:',
} as const

const folder = new URL('verbs/', import.meta.url)

/** The verb that the words begin with; all of them, for `--help` and for suggestions, if they name none. */
export async function verbsFor(words: readonly string[]): Promise<readonly Command[]> {
  const names = (await readdir(folder))
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
  const asked = names.filter((name) => name === words[0])
  const verbs = await Promise.all((asked.length > 0 ? asked : names).map(verbNamed))
  return verbs.toSorted((a, b) => rank(a) - rank(b) || (a.name() < b.name() ? -1 : 1))
}

async function verbNamed(name: string): Promise<Command> {
  const { default: verb } = (await import(new URL(`${name}.ts`, folder).href)) as {
    default?: Command
  }
  if (verb?.name() === name) return verb
  throw new RegistryError(
    `cli/verbs/${name}.ts: expected a verb of this name, got ${verb?.name() ?? 'no default export'}`,
  )
}

function rank(verb: Command): number {
  const purposes: readonly string[] = Object.values(PURPOSE)
  const at = purposes.indexOf(verb.helpGroup())
  if (at >= 0) return at
  throw new RegistryError(`cli/verbs/${verb.name()}.ts: expected a helpGroup out of PURPOSE`)
}
