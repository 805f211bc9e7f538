// lockstep: two engines side by side on the same guest, or the reference beside QEMU by single steps; where
// they part is taken apart to the instruction.

import { InvalidArgumentError } from 'commander'
import type { Config } from '../../configs/config.ts'
import { image, imageNames } from '../../guest/images.ts'
import { backtrace } from '../../harness/backtrace.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { PROMPT } from '../../harness/conversation.ts'
import { realParts } from '../../harness/real-parts.ts'
import { symbolsOf } from '../../harness/view/symbols-with-lines.ts'
import { openView } from '../../harness/view/view.ts'
import { type LockstepComparison, lockstep } from '../../machine/lockstep/lockstep.ts'
import { USUAL_PACE } from '../../machine/lockstep/pace.ts'
import { type QemuComparison, qemuLockstep } from '../../machine/lockstep/qemu-lockstep.ts'
import type { Side, Sides } from '../../machine/lockstep/side.ts'
import type { MachineSpec } from '../../machine/machine.ts'
import type { CompilerLimits } from '../../machine/rv64/engine/compiler/limits.ts'
import { Rv64Machine } from '../../machine/rv64/rv64.ts'
import { cycles, MiB } from '../../machine/units.ts'
import { FAILED_CHECK, UsageError } from '../exit.ts'
import { profileOption, wholeNumber, wordsOutOf } from '../options.ts'
import { execute, program } from '../program.ts'
import { table } from '../table.ts'
import { sayOver } from '../voice.ts'

type EngineName = NonNullable<MachineSpec['engine']>

const ENGINES: readonly EngineName[] = ['reference', 'fast', 'compiler']
const EAGER: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }
const BARE_MIB = 64
const ALL = 'isa'
/** QEMU has no other. */
const QEMU_PROFILE = 'flat'

interface Options {
  readonly engines: readonly EngineName[]
  readonly profile: string
  readonly cycles: number
  readonly slice: number
  readonly whole: number
  readonly seed: number
  readonly steps: number
  readonly qemu?: boolean
  readonly eager?: boolean
  readonly block?: number
}

/** What is run: its machine, where it ends, and how a place in it is named. */
interface Specimen {
  readonly spec: MachineSpec
  readonly text?: RegExp
  readonly place: (standing: Side) => Promise<string | undefined>
}

await execute(
  program('npm run -s lockstep --')
    .description('runs two engines, or ours and QEMU, side by side; exit code 1 if they diverged')
    .argument(
      '<name...>',
      `an image without a kernel (isa/csr, perf-crc-s; '${ALL}': all ISA programs), which runs until it powers ` +
        'off, or a config (none, memv6, memvisor), which boots to its prompt',
    )
    .option(
      '--engines <a,b>',
      `the one that is right and the one that is tried, out of ${ENGINES.join(', ')}`,
      twoEngines,
      ['reference', 'compiler'],
    )
    .addOption(profileOption())
    .option('--eager', 'the compiler compiles what runs once, and what has not run yet')
    .option('--block <n>', 'instructions of a compiled block at most', wholeNumber(1))
    .option('--cycles <n>', 'compare so far at most', wholeNumber(1), 20_000_000)
    .option(
      '--slice <n>',
      'cycles of the longest slice; lengths are random',
      wholeNumber(1),
      USUAL_PACE.slice,
    )
    .option(
      '--whole <n>',
      'slices from one comparison of RAM and devices to the next',
      wholeNumber(1),
      USUAL_PACE.whole,
    )
    .option('--seed <n>', 'of the lengths', wholeNumber(1), USUAL_PACE.seed)
    .option(
      '--qemu',
      `the first engine against QEMU, instruction by instruction; profile ${QEMU_PROFILE} only`,
    )
    .option('--steps <n>', 'instructions of that', wholeNumber(1), 20_000)
    .action(perform),
)

async function perform(names: readonly string[], options: Options): Promise<void> {
  if (options.qemu && options.profile !== QEMU_PROFILE) {
    const got = `the only one of QEMU; got '${options.profile}'`
    throw new UsageError(`lockstep: --qemu: expected profile ${QEMU_PROFILE}, ${got}`)
  }
  for (const name of await expanded(names)) {
    const guest = await guestNamed(name, options.profile)
    const said = options.qemu ? await againstQemu(guest, options) : await sideBySide(guest, options)
    sayOver('')
    process.stdout.write(`${name}: ${said.text}\n`)
    if (said.diverged) process.exitCode = FAILED_CHECK
  }
}

function twoEngines(text: string): readonly EngineName[] {
  const engines = wordsOutOf(ENGINES)(text)
  if (engines.length === 2) return engines
  throw new InvalidArgumentError('Expected two engines, a,b.')
}

interface Said {
  readonly diverged: boolean
  readonly text: string
}

async function sideBySide(guest: Specimen, options: Options): Promise<Said> {
  const [right, tried] = options.engines
  const sides: Sides = {
    reference: opener(guest, right!, options),
    tried: opener(guest, tried!, options),
  }
  const comparison = await lockstep(sides, {
    ...options,
    until: cycles(options.cycles),
    ...(guest.text && { text: guest.text }),
    place: guest.place,
    progress: (now) => sayOver(`cycle ${now} `),
  })
  return { diverged: comparison.kind === 'diverged', text: told(comparison, tried!) }
}

async function againstQemu(guest: Specimen, { engines, steps }: Options): Promise<Said> {
  const spec = { ...guest.spec, engine: engines[0]! }
  await using reference = new Rv64Machine(spec)
  const progress = (n: number) => sayOver(`instruction ${n} `)
  const comparison = await qemuLockstep(reference, { steps, progress })
  return {
    diverged: comparison.kind === 'diverged',
    text: await toldOfQemu(comparison, guest, spec),
  }
}

function opener(
  guest: Specimen,
  engine: EngineName,
  { eager, block }: Options,
): () => Promise<Side> {
  const limits = { ...(eager ? EAGER : {}), ...(block === undefined ? {} : { block }) }
  return async () => new Rv64Machine({ ...guest.spec, engine }, { limits })
}

function told(comparison: LockstepComparison, tried: string): string {
  if (comparison.kind === 'equal') {
    return `equal in ${comparison.slices} slices up to cycle ${comparison.at} (${comparison.stop.kind})`
  }
  const { equalAt, at, before, instruction, place, differences, reproduced } = comparison
  const pc = `0x${before.pc.toString(16)}`
  const between = reproduced
    ? `equal at cycle ${equalAt}, not at ${at}`
    : `equal at cycle ${equalAt}, not at ${at}; it did not come again when repeated, even from reset`
  const where = place ?? `${before.privilege} ${pc}`
  const head = `diverged: ${between}\n  at ${where}\n  ${instruction ?? 'no RAM there'}\n`
  return head + shown(differences, tried)
}

async function toldOfQemu(
  comparison: QemuComparison,
  guest: Specimen,
  spec: MachineSpec,
): Promise<string> {
  if (comparison.kind === 'equal') {
    return `equal for ${comparison.steps} instructions (${comparison.why})`
  }
  const { steps, before, instruction, differences } = comparison
  const what = symbolsOf(guest.spec.firmware ?? spec.kernel).describe(Number(before.pc))
  const where = `${before.privilege} 0x${before.pc.toString(16)} ${what ?? ''}`.trim()
  const head = `diverged after ${steps} instructions\n  at ${where}\n  ${instruction}\n`
  return head + shown(differences, 'QEMU')
}

function shown(differences: QemuDifferences, tried: string): string {
  const rows = differences.map(({ what, reference, tried: other }) => [what, reference, other])
  return table(['differs', 'reference', tried], rows, [])
}
type QemuDifferences = Extract<QemuComparison, { kind: 'diverged' }>['differences']

async function expanded(names: readonly string[]): Promise<readonly string[]> {
  const all = names.includes(ALL) ? await imageNames(`${ALL}/`) : []
  return names.flatMap((name) => (name === ALL ? all : [name]))
}

async function guestNamed(name: string, profile: string): Promise<Specimen> {
  const { configs } = await loadCatalogue()
  const config = configs.get(name)
  if (config !== undefined) return configGuest(config, profile)
  const known = [...(await imageNames(`${ALL}/`)), ...(await imageNames('perf-'))]
  if (!known.includes(name)) {
    const choice = `${[...configs.keys()].join(', ')}, ${ALL}, isa/NAME, perf-NAME`
    throw new UsageError(`lockstep: expected a name out of ${choice}; got '${name}'`)
  }
  const kernel = (await image(name)).bytes
  const banks = [{ bytes: BARE_MIB * MiB, role: 'original' }] as const
  const symbols = symbolsOf(kernel)
  return {
    spec: { kernel, banks, harts: 1, profile },
    place: async (standing) => {
      const { pc, privilege } = await standing.registers(0)
      return `${privilege} 0x${pc.toString(16)} ${symbols.describe(Number(pc)) ?? ''}`.trim()
    },
  }
}

async function configGuest(config: Config, profile: string): Promise<Specimen> {
  const spec = await specFor(config, realParts, { seed: 1, profile })
  return {
    spec,
    text: PROMPT,
    place: async (standing) => (await backtrace(await openView(standing, config)))[0],
  }
}
