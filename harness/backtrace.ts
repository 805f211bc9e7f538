// Backtrace: who called whom in a stopped guest, innermost first, by its frame pointers. Invariant: it
// ends, and it reads memory only through the tables that the hart itself would use.

import type { Program } from './view/programs.ts'
import { rootOf, translate } from './view/sv39.ts'
import type { View } from './view/view.ts'

/** Frames deeper than this are a loop, not a program. */
const DEEPEST = 48
/** x1 and x8 in the calling convention. */
const RA = 1
const FP = 8
const SV39 = 8n
const VA_BITS = 39

/** Reads 8 bytes at a virtual address of the stopped context; undefined if nothing is mapped there. */
type LoadWord = (va: number) => Promise<number | undefined>

export async function backtrace(view: View): Promise<string[]> {
  const { hart } = view
  const load = loader(view)
  const lines = [line(view, address(hart.pc), 'describe')]
  let ra = address(hart.x[RA] ?? 0n)
  let fp = address(hart.x[FP] ?? 0n)
  let first = true
  for (let depth = 0; depth < DEEPEST; depth++) {
    // The standard frame: return address at fp - 8, caller's fp at fp - 16.
    const savedRa = await load(fp - 8)
    const savedFp = await load(fp - 16)
    // A leaf function has not saved ra, and then fp - 8 is its caller's.
    if (first && ra !== 0 && ra !== savedRa && named(view, ra))
      lines.push(line(view, ra, 'describeReturn'))
    first = false
    if (savedRa === undefined || savedFp === undefined || savedRa === 0) break
    // What has no name is no call: assembly that keeps no frame, or a user program, which is stripped.
    if (named(view, savedRa) || isUser(view)) lines.push(line(view, savedRa, 'describeReturn'))
    if (savedFp <= fp) break
    fp = savedFp
    ra = savedRa
  }
  return lines
}

function loader({ memory, hart }: View): LoadWord {
  const atp = hart.privilege.startsWith('V') ? hart.csr.vsatp : hart.csr.satp
  const bare = hart.privilege === 'M' || atp === undefined || atp >> 60n !== SV39
  const root = rootOf(atp ?? 0n)
  return async (va) => {
    if (va < 0 || va % 8 !== 0) return undefined
    const pa = bare ? va : await translate(memory, root, va % 2 ** VA_BITS)
    return pa !== undefined && memory.holds(pa, 8) ? memory.u64(pa) : undefined
  }
}

type Lookup = 'describe' | 'describeReturn'

function line(view: View, pc: number, lookup: Lookup): string {
  const what = nameOf(view, pc, lookup)
  return `${view.hart.privilege} 0x${pc.toString(16)}${what === undefined ? '' : ` ${what}`}`
}

function named(view: View, pc: number): boolean {
  return nameOf(view, pc, 'describeReturn') !== undefined
}

function isUser(view: View): boolean {
  return view.hart.privilege === 'U' || view.hart.privilege === 'VU'
}

/** Which image an address belongs to depends on who was running. */
function nameOf(view: View, pc: number, lookup: Lookup): string | undefined {
  switch (view.hart.privilege) {
    case 'M':
      return view.firmware[lookup](pc) ?? view.kernel[lookup](pc)
    case 'HS':
      return view.kernel[lookup](pc)
    case 'VS':
      return view.guestKernel?.[lookup](pc)
    case 'U':
    case 'VU':
      return view.program && inProgram(view.program, pc, lookup)
    default:
      return view.hart.privilege satisfies never
  }
}

/** The program's name, and its function where the symbols are at hand. */
function inProgram({ name, symbols }: Program, pc: number, lookup: Lookup): string {
  const what = symbols?.[lookup](pc)
  return what === undefined ? name : `${name}: ${what}`
}

/** Addresses that a panicking guest prints, with the functions that they lie in. */
export function withSymbols(view: View, console: string): string {
  // Under Memvisor two images speak; Memvisor puts its name in front of what it says.
  const ofMemvisor = /\bmemvisor: .*\n(?:\s+at 0x[0-9a-f]+\n?)+\s*$/.test(console)
  const symbols = ofMemvisor ? view.kernel : (view.guestKernel ?? view.kernel)
  return console.replaceAll(/^\s+at (0x[0-9a-f]+)$/gm, (said, pc) => {
    const what = symbols.describeReturn(Number(pc))
    return what === undefined ? said : `${said} ${what}`
  })
}

/** Sv39 addresses as numbers: kernels here live in the lower half. */
function address(value: bigint): number {
  return Number(BigInt.asUintN(VA_BITS, value))
}
