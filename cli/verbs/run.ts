// run: the main job. Boots the configs, runs the cells, stores rows, draws charts and report.

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type Catalogue, loadCatalogue } from '../../harness/catalogue.ts'
import type { CellPlan } from '../../harness/cell.ts'
import { profileNamed, usualProfile } from '../../harness/profile.ts'
import type { Plan } from '../../harness/run.ts'
import { readSuite } from '../../harness/suite.ts'
import type { Backend } from '../../machine/machine.ts'
import { cellName } from '../../results/cell.ts'
import { printableJson } from '../../results/printable.ts'
import type { CellRecord } from '../../results/store.ts'
import { calledAs } from '../called-as.ts'
import { choose } from '../choice.ts'
import { FINE, INTERRUPTED, UsageError } from '../exit.ts'
import { holdOn, setLastWords } from '../interruption.ts'
import { backendOption, wholeNumber, words } from '../options.ts'
import { packageVersion } from '../package-version.ts'
import { openProgress } from '../progress.ts'
import { PURPOSE } from '../verbs.ts'
import { say } from '../voice.ts'

interface Options {
  readonly suite?: string
  readonly config?: readonly string[]
  readonly workload?: readonly string[]
  readonly seeds?: number
  readonly profile?: string
  readonly backend: Backend
  readonly out?: string
  readonly resume?: boolean
  readonly jobs: number
  readonly hostLimit: number
  readonly list?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const DEFAULT_SUITE = 'quick'
const MOST_SEEDS = 1000
const MOST_JOBS = 256
const PROFILE_TEXT = `timing profile (default: ${usualProfile('rv64')}; on qemu ${usualProfile('qemu')})`

export default new Command('run')
  .helpGroup(PURPOSE.measure)
  .description('runs workloads on configs and leaves results, charts and a report')
  .addOption(new Option('--suite <name>', 'a list of workloads').env('MIRRORBENCH_SUITE'))
  .option('--config <a,b>', 'only these configs; a trailing * stands for any rest', words)
  .option('--workload <a,b>', 'only these workloads; a trailing * stands for any rest', words)
  .option('--seeds <n>', 'how many seeds (frame allocation orders)', wholeNumber(1, MOST_SEEDS))
  .addOption(new Option('--profile <name>', PROFILE_TEXT).env('MIRRORBENCH_PROFILE'))
  .addOption(backendOption())
  .addOption(new Option('--out <dir>', 'where the run is kept').env('MIRRORBENCH_OUT'))
  .option('--resume', 'go on with the run in --out: finished cells are not run again')
  .addOption(
    new Option('--jobs <n>', 'cells at the same time')
      .argParser(wholeNumber(1, MOST_JOBS))
      .default(availableParallelism(), 'one a core')
      .env('MIRRORBENCH_JOBS'),
  )
  .addOption(
    new Option('--host-limit <s>', 'seconds of host time a cell may take')
      .argParser(wholeNumber(1))
      .default(300),
  )
  .option('--list', 'name the cells, run nothing')
  .option('--dry-run', 'work out the plan, run nothing')
  .option('--json', 'print the summary as JSON')
  .action(async (options: Options) => {
    process.exitCode = await perform(options)
  })

async function perform(options: Options): Promise<number> {
  const plan = await planned(options)
  if (options.list || options.dryRun) {
    if (plan.lacks !== undefined) say(`this plan cannot be run here: ${plan.lacks.message}`)
    process.stdout.write(described(plan, options))
    return FINE
  }
  if (options.resume && options.out === undefined) {
    throw new UsageError('--resume: expected --out DIR of the run to go on with, got none')
  }
  const directory = resolve(options.out ?? join('results', 'runs', plan.manifest.run))
  if (options.resume && !existsSync(join(directory, 'manifest.json'))) {
    say(`${directory}: no run to go on with; this starts a new one`)
  }
  const { ended, interrupted } = await execute(plan, options, directory)
  const kept = `${ended.length} of ${plan.cells.length} cells are kept in ${directory}`
  const words = `interrupted: ${kept}. Go on with: ${againCommand(directory)}`
  if (interrupted) {
    say(words)
    return INTERRUPTED
  }
  setLastWords(words)
  const { drawAndPrint } = await import('../reporting.ts')
  return await drawAndPrint(directory, options.json ?? false)
}

/** The command line of this run, to go on with it; --out is whole, wherever it is pasted. */
function againCommand(directory: string): string {
  const words = process.argv.slice(2).filter((word) => word !== '--resume' && !/^--out=/.test(word))
  const at = words.indexOf('--out')
  if (at >= 0) words.splice(at, 2)
  return calledAs([...words, '--out', directory, '--resume'])
}

async function planned(options: Options): Promise<Plan> {
  const { backend } = options
  const profile = options.profile ?? usualProfile(backend)
  profileNamed(profile, backend)
  const catalogue = await loadCatalogue()
  const { name: suite, seeds, workloads } = await chosenWorkloads(options, catalogue)
  const configs = options.config ?? [...catalogue.configs.keys()]
  const { planRun } = await import('../../harness/run.ts')
  return planRun({
    run: runName(options.out, suite),
    suite,
    configs: choose(configs, { kind: 'config', all: catalogue.configs }),
    workloads,
    seeds: Array.from({ length: options.seeds ?? seeds }, (_, n) => n + 1),
    profile,
    backend,
    command: ['mirrorbench', ...process.argv.slice(2)],
    packageVersion: packageVersion(),
  })
}

/** A suite, narrowed by --workload; without --suite, --workload chooses among all there are. */
async function chosenWorkloads(options: Options, { workloads }: Catalogue) {
  const { suite, workload: patterns } = options
  if (suite === undefined && patterns !== undefined) {
    const chosen = choose(patterns, { kind: 'workload', all: workloads })
    return { name: 'chosen', seeds: 1, workloads: chosen }
  }
  const whole = await readSuite(suite ?? DEFAULT_SUITE, workloads)
  if (patterns === undefined) return whole
  const within = { name: `suite ${whole.name}`, entries: whole.workloads }
  return { ...whole, workloads: choose(patterns, { kind: 'workload', all: workloads, within }) }
}

/** Letters, digits, dots and dashes of the directory's name, or the time and the suite. */
function runName(out: string | undefined, suite: string): string {
  const time = new Date()
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-')
  const name = out === undefined ? `${time}-${suite}` : basename(resolve(out))
  return name.replaceAll(/[^\w.-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'run'
}

/** A key depends on the back end's version, so without a back end there is none to tell. */
function described({ cells, manifest, lacks }: Plan, { json, list }: Options): string {
  if (json) {
    const shown = cells.map(({ key, ...cell }) => (lacks === undefined ? { ...cell, key } : cell))
    return `${printableJson({ manifest, cells: shown }, 2)}\n`
  }
  if (list) {
    const key = (cell: CellPlan) => (lacks === undefined ? cell.key : '–'.padEnd(cell.key.length))
    return `${cells.map((cell) => `${key(cell)}  ${cellName(cell)}`).join('\n')}\n`
  }
  const { configs, workloads, seeds } = manifest
  const parts = `${workloads.length} workloads, ${configs.length} configs, ${seeds.length} seeds`
  return `${cells.length} cells: ${parts}; profile ${manifest.profile.name}\n`
}

async function execute(
  plan: Plan,
  options: Options,
  directory: string,
): Promise<{ readonly ended: readonly CellRecord[]; readonly interrupted: boolean }> {
  const ended: CellRecord[] = []
  const progress = openProgress(plan.cells.length)
  const { executeRun } = await import('../../harness/run.ts')
  using hold = holdOn()
  try {
    await executeRun(plan, {
      directory,
      resume: options.resume ?? false,
      jobs: options.jobs,
      hostLimit: options.hostLimit * 1000,
      signal: hold.signal,
      torn: () => say('the rows ended in an unfinished cell, which was cut off'),
      started: (cell) => progress.started(cellName(cell)),
      ended: (_, record, reused) => {
        ended.push(record)
        progress.ended(record, reused)
      },
    })
  } finally {
    progress.close()
  }
  return { ended, interrupted: hold.signal.aborted }
}
