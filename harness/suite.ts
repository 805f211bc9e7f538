// Suite: a list of workloads with the reason for each. A `.suite` file in workloads/ holds one name
// a line (optionally `name key=value,value` to keep only some parameter values); `#` opens a comment;
// `seeds N` sets how many seeds it uses unless the command line says otherwise.

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pick, RegistryError, UnknownName } from '../registry/registry.ts'
import type { Workload } from '../workloads/workload.ts'

export interface Suite {
  readonly name: string
  readonly seeds: number
  readonly workloads: readonly Workload[]
}

const folder = fileURLToPath(new URL('../workloads', import.meta.url))

export async function suiteNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith('.suite'))
    .map((file) => file.slice(0, -6))
    .sort()
}

export async function readSuite(
  name: string,
  workloads: ReadonlyMap<string, Workload>,
): Promise<Suite> {
  const known = await suiteNames()
  if (!known.includes(name)) {
    throw new UnknownName(`expected a suite out of ${known.join(', ')}; got '${name}'`)
  }
  return parseSuite(name, await readFile(`${folder}/${name}.suite`, 'utf8'), workloads)
}

export function parseSuite(
  name: string,
  text: string,
  workloads: ReadonlyMap<string, Workload>,
): Suite {
  let seeds = 1
  const chosen: Workload[] = []
  for (const line of text.split('\n').map((line) => line.replace(/#.*/, '').trim())) {
    if (line === '') continue
    const [first = '', ...words] = line.split(/\s+/)
    if (first === 'seeds') seeds = Number(words[0])
    else chosen.push(narrowed(pick(workloads, 'workload', first), words))
  }
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new RegistryError(`${name}.suite: expected 'seeds N' with N >= 1`)
  }
  return { name, seeds, workloads: chosen }
}

/** The workload with only those parameter values that the words `key=a,b` name. */
function narrowed(workload: Workload, words: readonly string[]): Workload {
  const parameters = { ...workload.parameters }
  for (const word of words) {
    const [key = '', list = ''] = word.split('=')
    const values = parameters[key]
    if (values === undefined) {
      throw new RegistryError(`${workload.name} has no parameter '${key}' (in a .suite file)`)
    }
    parameters[key] = list.split(',').map((text) => {
      const value = values.find((value) => String(value) === text)
      if (value !== undefined) return value
      throw new RegistryError(
        `${workload.name}: '${key}' takes ${values.join(', ')}; got '${text}'`,
      )
    })
  }
  return { ...workload, parameters }
}
