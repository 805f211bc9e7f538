// Trace: what a guest did while it carried out some lines at its prompt, exactly, for a trace viewer and as
// a profile by function. Invariant: the recorded run is the run itself; the profile's cycles add up to the
// busy cycles of the lines.

import type { Config } from '../configs/config.ts'
import type { Machine, Mark, Peek, Trace, Work } from '../machine/machine.ts'
import { PAGE_BYTES, type PhysicalAddress, physical } from '../machine/units.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
import { Conversation } from './conversation.ts'
import { type AuditKernel, NoRecord, readKernel } from './view/audit-records.ts'
import { type Program, programIn, userPrograms } from './view/programs.ts'
import { PTE_R, PTE_V, PTE_W, PTE_X, translate } from './view/sv39.ts'
import { openView, type View } from './view/view.ts'

/** Sv39 addresses have 39 bits. */
const VA_RANGE = 2 ** 39
const LEVELS = 3
const PPN = (1n << 44n) - 1n

export interface Recorded {
  readonly trace: Trace
  readonly marks: readonly Mark[]
  readonly profile: readonly Share[]
  /** What the guest said to each line. */
  readonly said: readonly string[]
}

/** The work of one function in one privilege. */
export interface Share {
  readonly privilege: string
  /** The user program's address space, if it is one. */
  readonly space: string | undefined
  readonly function: string
  readonly cycles: number
  readonly instructions: number
}

/** Types the lines at the prompt at which the machine stands, one after another. */
export async function record(
  machine: Machine,
  config: Config,
  lines: readonly string[],
  hz: number,
): Promise<Recorded> {
  if (machine.record === undefined) throw new Error('expected a machine that records, got another')
  const view = await openView(machine, config)
  const kernel = await recordOf(view)
  machine.takeMarks()
  const around = { probes: [], live: false, hz, check: async () => {} }
  const conversation = new Conversation(machine, around)
  const programs = await userPrograms()
  const running = new Map<string, Program>()
  const recording = machine.record((root, peek) => {
    const program = programIn(programs, firstPage(root, peek))
    const name = [processName(root, peek, kernel), program?.name].filter(Boolean).join(' ')
    if (program !== undefined) running.set(name, program)
    return name
  })
  const said: string[] = []
  let trace: Trace
  try {
    for (const line of lines) said.push(await conversation.command(line))
  } catch (error) {
    // What led to a panic or a hang is what one wants to see: the trace ends there.
    if (!(error instanceof WorkloadFailure)) throw error
    said.push(error.message)
  } finally {
    trace = recording.stop()
  }
  const names = { view: await openView(machine, config), kernel, running }
  const profile = await profileOf(trace.work, names)
  return { trace, marks: machine.takeMarks().marks, profile, said }
}

/** What functions are named by. */
interface NameSources {
  readonly view: View
  readonly kernel: AuditKernel | undefined
  /** Programs by the name of the address space in which they run. */
  readonly running: ReadonlyMap<string, Program>
}

/** The work by function, the most cycles first. */
async function profileOf(work: readonly Work[], names: NameSources): Promise<Share[]> {
  const shares = new Map<string, { -readonly [K in keyof Share]: Share[K] }>()
  for (const done of work) {
    const { privilege, name: space, cycles, instructions } = done
    const named = await functionAt(done, names)
    const key = `${privilege} ${space} ${named}`
    const share = shares.get(key)
    if (share === undefined) {
      shares.set(key, { privilege, space, function: named, cycles, instructions })
    } else {
      share.cycles += cycles
      share.instructions += instructions
    }
  }
  return [...shares.values()].sort((a, b) => b.cycles - a.cycles)
}

async function functionAt(done: Work, names: NameSources): Promise<string> {
  const said = describe(done, names) ?? (await aliased(done, names))
  return said?.replace(/[+ ].*$/, '') ?? '?'
}

/** The kernel runs its trampoline at a second address; its symbols know the first. */
async function aliased({ privilege, pc }: Work, names: NameSources): Promise<string | undefined> {
  const { view, kernel } = names
  if (privilege !== 'HS' || kernel === undefined) return undefined
  const at = await translate(view.memory, kernel.kernel_root, pc % VA_RANGE)
  return at === undefined ? undefined : view.kernel.describe(at)
}

function describe(
  { privilege, name, pc }: Work,
  { view, running }: NameSources,
): string | undefined {
  switch (privilege) {
    case 'M':
      return view.firmware.describe(pc)
    case 'HS':
      return view.kernel.describe(pc)
    case 'VS':
      return view.guestKernel?.describe(pc)
    case 'U':
    case 'VU':
      return running.get(name ?? '')?.symbols?.describe(pc)
    default:
      return privilege satisfies never
  }
}

/** A kernel without records, or one beneath Memvisor, tells no processes. */
async function recordOf(view: View): Promise<AuditKernel | undefined> {
  if (view.guestKernel !== undefined) return undefined
  try {
    return await readKernel(view.memory, view.kernel)
  } catch (error) {
    if (error instanceof NoRecord) return undefined
    throw error
  }
}

function processName(
  root: PhysicalAddress,
  peek: Peek,
  kernel: AuditKernel | undefined,
): string | undefined {
  if (kernel === undefined) return `root 0x${root.toString(16)}`
  const { processes, process_count, process_stride, process_root, process_pid } = kernel
  const bytes = peek(physical(processes), process_count * process_stride)
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + process_stride <= table.byteLength; at += process_stride) {
    if (Number(table.getBigUint64(at + process_root, true)) === root) {
      return `pid ${table.getInt32(at + process_pid, true)}`
    }
  }
  return `root 0x${root.toString(16)}`
}

/** What virtual address 0 shows of a space; empty if nothing is mapped there. */
function firstPage(root: PhysicalAddress, peek: Peek): DataView {
  let table: number = root
  for (let level = 0; level < LEVELS; level++) {
    const bytes = peek(physical(table), 8)
    if (bytes.length < 8) break
    const entry = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
    const flags = Number(entry & 0xffn)
    if ((flags & PTE_V) === 0) break
    table = Number((entry >> 10n) & PPN) * PAGE_BYTES
    if ((flags & (PTE_R | PTE_W | PTE_X)) === 0) continue
    const page = peek(physical(table), PAGE_BYTES)
    return new DataView(page.buffer, page.byteOffset, page.byteLength)
  }
  return new DataView(new ArrayBuffer(0))
}
