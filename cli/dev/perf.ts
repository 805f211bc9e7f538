// perf: how fast this host runs the emulated machine, beside QEMU, in guest MIPS: the performance
// kernels of guest/bare/perf, and a boot to the prompt. Host time: noisy, never compared with cycles.

import { Option } from 'commander'
import { image } from '../../guest/images.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { PROFILES } from '../../harness/profile.ts'
import { realParts } from '../../harness/real-parts.ts'
import type { MachineSpec, Until } from '../../machine/machine.ts'
import { openMachine } from '../../machine/open.ts'
import { QEMU } from '../../machine/qemu/version.ts'
import { cycles, MiB } from '../../machine/units.ts'
import { wholeNumber, wordsOutOf } from '../options.ts'
import { execute, program } from '../program.ts'
import { table } from '../table.ts'
import { say, sayOver } from '../voice.ts'
import { hasQemu, type QemuEngine, timeQemu } from './perf-qemu.ts'

type OurEngine = NonNullable<MachineSpec['engine']>

interface Task {
  readonly kernel: string
  readonly privilege: 'M' | 'S'
  readonly spec: MachineSpec
  /** Ends it; without, it powers off. */
  readonly text?: RegExp
  /** What only starts and stops, to be taken off QEMU's time. */
  readonly empty?: MachineSpec
}

interface Speed {
  readonly kernel: string
  readonly privilege: 'M' | 'S'
  readonly engine: OurEngine | QemuEngine
  readonly profile: string
  readonly mips: number
  readonly ratioToTcg: number | null
  readonly ratioToIcount: number | null
}

const KERNELS = ['crc', 'sieve', 'memory', 'chase-512k', 'chase-4m', 'float', 'ecall', 'satp']
const BOOT = 'boot'
const PROMPT = /(?:^|\n)\$ $/
const QEMU_ENGINES: readonly QemuEngine[] = ['qemu-tcg', 'qemu-icount']
const KNOWN_PROFILES = PROFILES.map(({ name }) => name)
/** Instructions of a kernel that an engine executes at most, if it needs longer for the whole. */
const MOST: Readonly<Record<OurEngine, number>> = {
  compiler: 10_000_000_000,
  fast: 100_000_000,
  reference: 1_000_000,
}

interface Options {
  readonly kernels: readonly string[]
  readonly engines: readonly OurEngine[]
  readonly profiles: readonly string[]
  readonly rounds: number
  readonly json?: boolean
}

const ALL = [...KERNELS, BOOT]
const ENGINES = Object.keys(MOST) as OurEngine[]

await execute(
  program('npm run -s perf --')
    .description(
      'measures how fast this host runs the emulated machine, in guest MIPS; beside QEMU if it is there',
    )
    .addOption(
      new Option('--kernels <a,b>', `out of ${ALL.join(', ')}`)
        .argParser(wordsOutOf(ALL))
        .default(ALL, 'all'),
    )
    .option('--engines <a,b>', `out of ${ENGINES.join(', ')}`, wordsOutOf(ENGINES), ['compiler'])
    .option('--profiles <a,b>', `out of ${KNOWN_PROFILES.join(', ')}`, wordsOutOf(KNOWN_PROFILES), [
      'flat',
      'in-order',
    ])
    .option('--rounds <n>', 'how often each is timed; the median counts', wholeNumber(1), 3)
    .option('--json', 'speeds as JSON')
    .action(perform),
)

async function perform(options: Options): Promise<void> {
  const withQemu = await hasQemu()
  if (!withQemu) say(`no ${QEMU}: no ratios`)
  const speeds: Speed[] = []
  for (const work of await worksNamed(options.kernels)) {
    speeds.push(...(await measure(work, options, withQemu)))
    if (!options.json) sayOver(`${speeds.length} speeds `)
  }
  process.stdout.write(options.json ? `${JSON.stringify(speeds)}\n` : `\n${shown(speeds)}`)
}

async function worksNamed(names: readonly string[]): Promise<readonly Task[]> {
  const works: Task[] = []
  for (const kernel of names.filter((name) => name !== BOOT)) {
    // A change of satp means nothing in M-mode.
    for (const privilege of kernel === 'satp' ? (['S'] as const) : (['M', 'S'] as const)) {
      const suffix = privilege.toLowerCase()
      const spec = await bare(`perf-${kernel}-${suffix}`)
      works.push({ kernel, privilege, spec, empty: await bare(`perf-noop-${suffix}`) })
    }
  }
  if (names.includes(BOOT)) {
    const { configs } = await loadCatalogue()
    const spec = await specFor(configs.get('none')!, realParts, { seed: 1, profile: 'flat' })
    works.push({ kernel: BOOT, privilege: 'S', spec, text: PROMPT })
  }
  return works
}

async function bare(name: string): Promise<MachineSpec> {
  const kernel = (await image(name)).bytes
  const banks = [{ bytes: 64 * MiB, role: 'original' }] as const
  return { kernel, banks, harts: 1, profile: 'flat' }
}

/** Times one engine after the other, again and again, so that a change of the host's speed hits all. */
async function measure(
  work: Task,
  { engines, profiles, rounds }: Options,
  withQemu: boolean,
): Promise<readonly Speed[]> {
  const instructions = await countOf(work)
  const rates = new Map<string, number[]>()
  const note = (engine: OurEngine | QemuEngine, profile: string, mips: number) => {
    const key = `${engine} ${profile}`
    rates.set(key, [...(rates.get(key) ?? []), mips])
  }
  for (let round = 0; round < rounds; round++) {
    for (const engine of engines) {
      for (const profile of profiles) note(engine, profile, await ours(work, engine, profile))
    }
    if (!withQemu) continue
    for (const engine of QEMU_ENGINES) {
      const empty = work.empty === undefined ? 0 : await timeQemu(engine, work.empty)
      const ms = (await timeQemu(engine, work.spec, work.text)) - empty
      note(engine, 'flat', instructions / ms / 1000)
    }
  }
  const mips = new Map([...rates].map(([engine, list]) => [engine, median(list)]))
  const ratio = (value: number, engine: QemuEngine): number | null => {
    const other = mips.get(`${engine} flat`)
    return other === undefined ? null : value / other
  }
  return [...mips].map(([key, value]) => ({
    kernel: work.kernel,
    privilege: work.privilege,
    engine: key.split(' ')[0] as OurEngine | QemuEngine,
    profile: key.split(' ')[1]!,
    mips: value,
    ratioToTcg: ratio(value, 'qemu-tcg'),
    ratioToIcount: ratio(value, 'qemu-icount'),
  }))
}

/** How many instructions the work takes. */
async function countOf(work: Task): Promise<number> {
  await using machine = await openMachine({ ...work.spec, engine: 'compiler' })
  await machine.run(untilEnd(work, MOST.compiler))
  return (await machine.counters()).instructions
}

/**
 * The speed of an engine of ours, in MIPS; a boot includes building the machine, as QEMU's includes
 * starting it.
 */
async function ours(work: Task, engine: OurEngine, profile: string): Promise<number> {
  const built = performance.now()
  await using machine = await openMachine({ ...work.spec, engine, profile })
  const began = work.empty === undefined ? built : performance.now()
  await machine.run(untilEnd(work, MOST[engine]))
  const ms = performance.now() - began
  return (await machine.counters()).instructions / ms / 1000
}

function untilEnd({ text }: Task, most: number): Until {
  return { deadline: cycles(most), ...(text === undefined ? {} : { text }) }
}

function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

function shown(all: readonly Speed[]): string {
  const head = ['kernel', 'privilege', 'engine', 'profile', 'MIPS', 'x TCG', 'x icount']
  const times = (ratio: number | null): string => ratio?.toFixed(2) ?? '-'
  const rows = all.map(
    ({ kernel, privilege, engine, profile, mips, ratioToTcg, ratioToIcount }) => [
      ...[kernel, privilege, engine, profile, mips.toFixed(1)],
      ...[times(ratioToTcg), times(ratioToIcount)],
    ],
  )
  return table(head, rows, head.slice(4))
}
