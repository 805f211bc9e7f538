// RunInput: what went into a run, as its manifest tells it, against what went into another. Invariant: an
// input that both runs have alike is never named; one that the manifests do not keep is never guessed.

import type { Manifest, ManifestConfig } from './manifest.ts'

/** An input that differs between two runs. */
export interface RunInput {
  /** The config that alone has it; null for one of the whole run. */
  readonly config: string | null
  /** `profile`, `emulator`, `image kernel`, `coverage`, … */
  readonly input: string
  readonly base: string
  readonly new: string
}

/** What a side without the input says. */
const ABSENT = 'none'
/** What a run of an older version says of an input that manifests keep only now. */
const NOT_KEPT = 'not kept'
/** Versions that decide no row: what is measured depends on neither the package nor the Node around it. */
const BYSTANDERS: ReadonlySet<string> = new Set(['mirrorbench', 'node', 'commit'])

/** Inputs without which two runs are alike; where they differ, the runs measured different things. */
export function unlikeInputs(base: Manifest, next: Manifest): RunInput[] {
  const clock = ({ profile: { hz } }: Manifest): string => `${hz} Hz`
  return differing(null, [
    ['back end', base.backend, next.backend],
    ['profile', base.profile.name, next.profile.name],
    ['clock of the profile', clock(base), clock(next)],
    ['seeds', seedsOf(base), seedsOf(next)],
  ])
}

/** Inputs of the whole run that may move a figure: what runs the cells, and the profile of unlike runs. */
export function runInputs(base: Manifest, next: Manifest): RunInput[] {
  const names = [...new Set([...Object.keys(base.versions), ...Object.keys(next.versions)])]
  const versions = names.filter((name) => !BYSTANDERS.has(name)).toSorted()
  return [
    ...unlikeInputs(base, next).filter(({ input }) => input !== 'seeds'),
    ...differing(
      null,
      versions.map((name) => [name, base.versions[name], next.versions[name]]),
    ),
    ...differing(null, [['disk', base.disk ?? NOT_KEPT, next.disk ?? NOT_KEPT]]),
  ]
}

/** Inputs of one config that may move a figure of its cells; none where a run does not have the config. */
export function configInputs(base: Manifest, next: Manifest, config: string): RunInput[] {
  const [before, after] = [configNamedInput(base, config), configNamedInput(next, config)]
  if (before === undefined || after === undefined) return []
  const roles = [...new Set([...Object.keys(before.images), ...Object.keys(after.images)])]
  return differing(config, [
    ...roles.map((role): NamedInput => [`image ${role}`, before.images[role], after.images[role]]),
    ['policy', before.policy, after.policy],
    ['coverage', before.coverage, after.coverage],
    ...fieldsOf(before, after),
  ])
}

/** The rest of a config, where both runs keep it. */
function fieldsOf({ fields: before }: ManifestConfig, { fields: after }: ManifestConfig) {
  if (before === undefined || after === undefined) return []
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].map((name): NamedInput => [`config field ${name}`, before[name], after[name]])
}

type NamedInput = readonly [input: string, base: string | undefined, next: string | undefined]

function differing(config: string | null, inputs: readonly NamedInput[]): RunInput[] {
  return inputs
    .filter(([, base, next]) => base !== next)
    .map(([input, base = ABSENT, next = ABSENT]) => ({ config, input, base, new: next }))
}

function configNamedInput({ configs }: Manifest, name: string): ManifestConfig | undefined {
  return configs.find((config) => config.name === name)
}

function seedsOf({ seeds }: Manifest): string {
  return [...new Set(seeds)].toSorted((a, b) => a - b).join(', ') || ABSENT
}
