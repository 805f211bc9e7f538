// Backtrace: who called whom in a stopped guest, innermost first, by its frame pointers. Invariant: it
// ends, and it reads memory only through the tables that the hart itself would use.

import { PAGE_BYTES } from '../machine/units.ts'
import { translate } from './view/sv39.ts'
import type { View } from './view/view.ts'

/** Frames deeper than this are a loop, not a program. */
const DEEPEST = 48
/** x1 and x8 in the calling convention. */
const RA = 1
const FP = 8
const PPN = (1n << 44n) - 1n
const SV39 = 8n
const VA_BITS = 39

/** Reads 8 bytes at a virtual address of the stopped context; undefined if nothing is mapped there. */
type Load = (va: number) => Promise<number | undefined>

export async function backtrace(view: View): Promise<string[]> {
  const { hart } = view
  const load = loader(view)
  const lines = [line(view, address(hart.pc))]
  let ra = address(hart.x[RA] ?? 0n)
  let fp = address(hart.x[FP] ?? 0n)
  let first = true
  for (let depth = 0; depth < DEEPEST; depth++) {
    // The standard frame: return address at fp - 8, caller's fp at fp - 16.
    const savedRa = await load(fp - 8)
    const savedFp = await load(fp - 16)
    // A leaf function has not saved ra, and then fp - 8 is its caller's.
    if (first && ra !== 0 && ra !== savedRa && named(view, ra)) lines.push(line(view, ra))
    first = false
    if (savedRa === undefined || savedFp === undefined || savedRa === 0) break
    lines.push(line(view, savedRa))
    if (savedFp <= fp) break
    fp = savedFp
    ra = savedRa
  }
  return lines
}

function loader({ memory, hart }: View): Load {
  const atp = hart.privilege.startsWith('V') ? hart.csr.vsatp : hart.csr.satp
  const bare = hart.privilege === 'M' || atp === undefined || atp >> 60n !== SV39
  const root = Number((atp ?? 0n) & PPN) * PAGE_BYTES
  return async (va) => {
    if (va < 0 || va % 8 !== 0) return undefined
    const pa = bare ? va : await translate(memory, root, va % 2 ** VA_BITS)
    return pa !== undefined && memory.holds(pa, 8) ? memory.u64(pa) : undefined
  }
}

function line(view: View, pc: number): string {
  const what = nameOf(view, pc)
  return `${view.hart.privilege} 0x${pc.toString(16)}${what === undefined ? '' : ` ${what}`}`
}

function named(view: View, pc: number): boolean {
  return nameOf(view, pc) !== undefined
}

/** Which image an address belongs to depends on who was running. */
function nameOf(view: View, pc: number): string | undefined {
  switch (view.hart.privilege) {
    case 'M':
      return view.firmware.describe(pc) ?? view.kernel.describe(pc)
    case 'HS':
      return view.kernel.describe(pc)
    case 'VS':
      return view.guestKernel?.describe(pc)
    case 'U':
    case 'VU':
      return undefined // user programs are stripped
    default:
      return view.hart.privilege satisfies never
  }
}

/** Sv39 addresses as numbers: kernels here live in the lower half. */
function address(value: bigint): number {
  return Number(BigInt.asUintN(VA_BITS, value))
}
