// perf: how fast this host runs the emulated machine, beside QEMU, in guest MIPS: the performance
// kernels of guest/bare/perf, and a boot to the prompt. Host time: noisy, never compared with cycles.
// Usage: npm run perf -- [--json] [--rounds N] [--kernels a,b] [--engines a,b] [--profiles a,b]

import { parseArgs } from 'node:util'
import { image } from '../../guest/images.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { realParts } from '../../harness/parts.ts'
import { PROFILES } from '../../harness/profile.ts'
import type { MachineSpec, Until } from '../../machine/machine.ts'
import { openMachine } from '../../machine/open.ts'
import { QEMU } from '../../machine/qemu/version.ts'
import { cycles, MiB } from '../../machine/units.ts'
import { USAGE as WRONG_USE } from '../exit.ts'
import { table } from '../table.ts'
import { say, sayOver } from '../voice.ts'
import { hasQemu, type QemuEngine, timeQemu } from './perf-qemu.ts'

type OurEngine = NonNullable<MachineSpec['engine']>

interface Work {
  readonly kernel: string
  readonly privilege: 'M' | 'S'
  readonly spec: MachineSpec
  /** Ends it; without, it powers off. */
  readonly text?: RegExp
  /** What only starts and stops, to be taken off QEMU's time. */
  readonly empty?: MachineSpec
}

interface Reading {
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
/** An engine that needs longer for a whole kernel executes so many instructions of it. */
const KNOWN_PROFILES = PROFILES.map(({ name }) => name)
const MOST: Readonly<Record<OurEngine, number>> = {
  compiler: 10_000_000_000,
  fast: 100_000_000,
  reference: 1_000_000,
}

const USAGE = `Usage: npm run -s perf -- [options]

How fast this host runs the emulated machine, in guest MIPS; beside QEMU where it is installed.

  --kernels a,b   out of ${[...KERNELS, BOOT].join(', ')}; default: all
  --engines a,b   out of ${Object.keys(MOST).join(', ')}; default: compiler
  --profiles a,b  out of ${KNOWN_PROFILES.join(', ')}; default: flat,in-order
  --rounds N      how often each is timed; the median counts; default: 3
  --json          readings as JSON
  --help          this text
`

const { values } = parsed()
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}
const engines = list('engines', values.engines, Object.keys(MOST)) as OurEngine[]
const profiles = list('profiles', values.profiles, KNOWN_PROFILES)
const kernels = list('kernels', values.kernels, [...KERNELS, BOOT])
const rounds = Number(values.rounds)
if (!/^[1-9]\d*$/.test(values.rounds)) {
  fail(`--rounds: expected a whole number >= 1, got '${values.rounds}'`)
}
const withQemu = await hasQemu()
if (!withQemu) say(`no ${QEMU}: no ratios`)

const readings: Reading[] = []
for (const work of await worksNamed(kernels)) {
  readings.push(...(await measure(work)))
  if (!values.json) sayOver(`${readings.length} readings `)
}
if (values.json) process.stdout.write(`${JSON.stringify(readings)}\n`)
else process.stdout.write(`\n${shown(readings)}`)

function parsed() {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        rounds: { type: 'string', default: '3' },
        kernels: { type: 'string', default: [...KERNELS, BOOT].join(',') },
        engines: { type: 'string', default: 'compiler' },
        profiles: { type: 'string', default: 'flat,in-order' },
      },
    })
  } catch (error) {
    return fail((error as Error).message.replace(/\. To specify.*$/s, ''))
  }
}

function list(option: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',')
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return names
  return fail(`--${option}: expected some out of ${known.join(', ')}; got '${wrong}'`)
}

function fail(message: string): never {
  say(`perf: ${message}. Try: npm run -s perf -- --help`)
  process.exit(WRONG_USE)
}

async function worksNamed(names: readonly string[]): Promise<readonly Work[]> {
  const works: Work[] = []
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

/** All engines in turn, again and again, so that a change of the host's speed hits all. */
async function measure(work: Work): Promise<readonly Reading[]> {
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
async function countOf(work: Work): Promise<number> {
  await using machine = await openMachine({ ...work.spec, engine: 'compiler' })
  await machine.run(untilEnd(work, MOST.compiler))
  return (await machine.counters()).instructions
}

/** In MIPS; a boot includes building the machine, as QEMU's includes starting it. */
async function ours(work: Work, engine: OurEngine, profile: string): Promise<number> {
  const built = performance.now()
  await using machine = await openMachine({ ...work.spec, engine, profile })
  const began = work.empty === undefined ? built : performance.now()
  await machine.run(untilEnd(work, MOST[engine]))
  const ms = performance.now() - began
  return (await machine.counters()).instructions / ms / 1000
}

function untilEnd({ text }: Work, most: number): Until {
  return { deadline: cycles(most), ...(text === undefined ? {} : { text }) }
}

function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

function shown(all: readonly Reading[]): string {
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
