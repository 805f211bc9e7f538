// lockstep: two engines side by side on the same guest, or the reference beside QEMU by single steps; where
// they part is taken apart to the instruction. Usage: npm run -s lockstep -- NAME... [options]

import { parseArgs } from 'node:util'
import type { Config } from '../../configs/config.ts'
import { image, imageNames } from '../../guest/images.ts'
import { backtrace } from '../../harness/backtrace.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { PROMPT } from '../../harness/conversation.ts'
import { realParts } from '../../harness/parts.ts'
import { PROFILES, profileNamed } from '../../harness/profile.ts'
import { symbolsOf } from '../../harness/view/symbols-with-lines.ts'
import { openView } from '../../harness/view/view.ts'
import { lockstep, type Verdict } from '../../machine/lockstep/lockstep.ts'
import { USUAL_PACE } from '../../machine/lockstep/pace.ts'
import { type QemuVerdict, qemuLockstep } from '../../machine/lockstep/qemu-lockstep.ts'
import type { Side, Sides } from '../../machine/lockstep/side.ts'
import type { MachineSpec } from '../../machine/machine.ts'
import type { CompilerLimits } from '../../machine/rv64/engine/compiler/limits.ts'
import { Rv64Machine } from '../../machine/rv64/rv64.ts'
import { cycles, MiB } from '../../machine/units.ts'
import { FAILED_CHECK, FINE, report, UsageError } from '../exit.ts'
import { table } from '../table.ts'
import { sayOver } from '../voice.ts'

type EngineName = NonNullable<MachineSpec['engine']>

const ENGINES: readonly EngineName[] = ['reference', 'fast', 'compiler']
const DEFAULTS = {
  cycles: '20000000',
  steps: '20000',
  engines: 'reference,compiler',
  profile: 'flat',
}
const EAGER: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }
const BARE_MIB = 64
const ALL = 'isa'

const USAGE = `Usage: npm run -s lockstep -- NAME... [options]

NAME is an image without a kernel (isa/csr, perf-crc-s; '${ALL}': all ISA programs), which runs until it powers
off, or a config (none, memv6, memvisor), which boots to its prompt. Exit code 1 if anything diverged.

  --engines a,b   the one that is right, and the one that is tried, out of ${ENGINES.join(', ')};
                  default: ${DEFAULTS.engines}
  --profile p     out of ${PROFILES.map(({ name }) => name).join(', ')}; default: ${DEFAULTS.profile}
  --eager         the compiler compiles what runs once, and what has not run yet
  --block N       instructions of a compiled block at most
  --cycles N      compare so far at most; default: ${DEFAULTS.cycles}
  --slice N       cycles of the longest slice, lengths are random; default: ${USUAL_PACE.slice}
  --whole N       slices from one comparison of RAM and devices to the next; default: ${USUAL_PACE.whole}
  --seed N        of the lengths; default: ${USUAL_PACE.seed}
  --qemu          the first engine against QEMU, instruction by instruction; profile flat only
  --steps N       of those; default: ${DEFAULTS.steps}
  --help          this text
`

interface Options {
  readonly engines: readonly EngineName[]
  readonly profile: string
  readonly cycles: number
  readonly slice: number
  readonly whole: number
  readonly seed: number
  readonly steps: number
  readonly qemu: boolean
  readonly limits: Partial<CompilerLimits>
}

/** What is run: its machine, where it ends, and how a place in it is named. */
interface Guest {
  readonly spec: MachineSpec
  readonly text?: RegExp
  readonly place: (standing: Side) => Promise<string | undefined>
}

try {
  process.exitCode = await perform()
} catch (error) {
  process.exitCode = report(error)
}

async function perform(): Promise<number> {
  const { names, options } = parsed()
  if (names === undefined) {
    process.stdout.write(USAGE)
    return FINE
  }
  let diverged = 0
  for (const name of await expanded(names)) {
    const guest = await guestNamed(name, options.profile)
    const said = options.qemu ? await againstQemu(guest, options) : await sideBySide(guest, options)
    sayOver('')
    process.stdout.write(`${name}: ${said.text}\n`)
    if (said.diverged) diverged++
  }
  return diverged > 0 ? FAILED_CHECK : FINE
}

interface Said {
  readonly diverged: boolean
  readonly text: string
}

async function sideBySide(guest: Guest, options: Options): Promise<Said> {
  const [right, tried] = options.engines
  const sides: Sides = {
    reference: opener(guest, right!, options),
    tried: opener(guest, tried!, options),
  }
  const verdict = await lockstep(sides, {
    ...options,
    until: cycles(options.cycles),
    ...(guest.text && { text: guest.text }),
    place: guest.place,
    progress: (now) => sayOver(`cycle ${now} `),
  })
  return { diverged: verdict.kind === 'diverged', text: told(verdict, tried!) }
}

async function againstQemu(guest: Guest, { engines, steps }: Options): Promise<Said> {
  const spec = { ...guest.spec, engine: engines[0]! }
  await using reference = new Rv64Machine(spec)
  const progress = (n: number) => sayOver(`instruction ${n} `)
  const verdict = await qemuLockstep(reference, { steps, progress })
  return { diverged: verdict.kind === 'diverged', text: await toldOfQemu(verdict, guest, spec) }
}

function opener(guest: Guest, engine: EngineName, { limits }: Options): () => Promise<Side> {
  return async () => new Rv64Machine({ ...guest.spec, engine }, { limits })
}

function told(verdict: Verdict, tried: string): string {
  if (verdict.kind === 'equal') {
    return `equal in ${verdict.slices} slices up to cycle ${verdict.at} (${verdict.stop.kind})`
  }
  const { equalAt, at, before, instruction, place, differences, reproduced } = verdict
  const pc = `0x${before.pc.toString(16)}`
  const between = reproduced
    ? `equal at cycle ${equalAt}, not at ${at}`
    : `equal at cycle ${equalAt}, not at ${at}; it did not come again when repeated, even from reset`
  const where = place ?? `${before.privilege} ${pc}`
  const head = `diverged: ${between}\n  at ${where}\n  ${instruction ?? 'no RAM there'}\n`
  return head + shown(differences, tried)
}

async function toldOfQemu(verdict: QemuVerdict, guest: Guest, spec: MachineSpec): Promise<string> {
  if (verdict.kind === 'equal') return `equal for ${verdict.steps} instructions (${verdict.why})`
  const { steps, before, instruction, differences } = verdict
  const what = symbolsOf(guest.spec.firmware ?? spec.kernel).describe(Number(before.pc))
  const where = `${before.privilege} 0x${before.pc.toString(16)} ${what ?? ''}`.trim()
  const head = `diverged after ${steps} instructions\n  at ${where}\n  ${instruction}\n`
  return head + shown(differences, 'QEMU')
}

function shown(differences: QemuDifferences, tried: string): string {
  const rows = differences.map(({ what, reference, tried: other }) => [what, reference, other])
  return table(['differs', 'reference', tried], rows, [])
}
type QemuDifferences = Extract<QemuVerdict, { kind: 'diverged' }>['differences']

async function expanded(names: readonly string[]): Promise<readonly string[]> {
  const all = names.includes(ALL) ? await imageNames(`${ALL}/`) : []
  return names.flatMap((name) => (name === ALL ? all : [name]))
}

async function guestNamed(name: string, profile: string): Promise<Guest> {
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

async function configGuest(config: Config, profile: string): Promise<Guest> {
  const spec = await specFor(config, realParts, { seed: 1, profile })
  return {
    spec,
    text: PROMPT,
    place: async (standing) => (await backtrace(await openView(standing, config)))[0],
  }
}

function parsed(): { readonly names: readonly string[] | undefined; readonly options: Options } {
  const { values, positionals } = read()
  const number = (option: 'cycles' | 'slice' | 'whole' | 'seed' | 'steps' | 'block'): number => {
    const text = String(values[option])
    if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
    throw new UsageError(`lockstep: --${option}: expected a whole number >= 1, got '${text}'`)
  }
  const engines = values.engines.split(',') as EngineName[]
  if (engines.length !== 2 || engines.some((name) => !ENGINES.includes(name))) {
    throw new UsageError(
      `lockstep: --engines: expected two out of ${ENGINES.join(', ')}, got '${values.engines}'`,
    )
  }
  if (positionals.length === 0 && !values.help) {
    throw new UsageError('lockstep: expected what to run, got nothing. Try: --help')
  }
  profileNamed(values.profile)
  if (values.qemu && values.profile !== DEFAULTS.profile) {
    throw new UsageError(
      `lockstep: --qemu: expected profile ${DEFAULTS.profile}, the only one of QEMU; got '${values.profile}'`,
    )
  }
  const options = {
    engines,
    profile: values.profile,
    cycles: number('cycles'),
    slice: number('slice'),
    whole: number('whole'),
    seed: number('seed'),
    steps: number('steps'),
    qemu: values.qemu,
    limits: {
      ...(values.eager ? EAGER : {}),
      ...(values.block === undefined ? {} : { block: number('block') }),
    },
  }
  return { names: values.help ? undefined : positionals, options }
}

function read() {
  const text = (value: string | number) => ({ type: 'string', default: String(value) }) as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        engines: text(DEFAULTS.engines),
        cycles: text(DEFAULTS.cycles),
        slice: text(USUAL_PACE.slice),
        whole: text(USUAL_PACE.whole),
        seed: text(USUAL_PACE.seed),
        steps: text(DEFAULTS.steps),
        qemu: { type: 'boolean', default: false },
        profile: text(DEFAULTS.profile),
        eager: { type: 'boolean', default: false },
        block: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    const why = (error as Error).message.replace(/\. To specify.*$/s, '')
    throw new UsageError(`lockstep: ${why}. Try: npm run -s lockstep -- --help`)
  }
}
