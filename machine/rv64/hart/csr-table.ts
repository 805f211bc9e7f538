// The CSRs: one row each: number, name, and how it reads and writes. Invariant: every field is WARL
// as the specification wants: a write of anything stores something legal; a CSR without a row does
// not exist. Who may access it when is instructions/csr.ts's business.

import { CBZE, FIOM } from '../isa/status.ts'
import { VALUE } from '../memory/layout.ts'
import { counterRows } from './csr-counters.ts'
import { floatRows } from './csr-float.ts'
import { interruptRows } from './csr-interrupts.ts'
import { type CsrRow, fixed, plain } from './csr-row.ts'
import { statusRows } from './csr-status.ts'
import { translationRows } from './csr-translation.ts'

const IALIGN_MASK = ~1 // with C, instructions lie on even addresses
/** Direct or vectored: bit 1 of a trap vector stays 0. */
const TVEC_MASK = ~2
const COUNTERS = -1
/** The one type that may be stored in tdata1: 0, no trigger. */
const TINFO_NONE = 1

/** misa: MXL = 2 (64 bits); A, C, D, F, H, I, M, S, U. */
const letter = (name: string): number => 1 << (name.charCodeAt(0) - 65)
export const MISA_HI = 2 << 30
export const MISA_LO = [...'ACDFHIMSU'].reduce((bits, name) => bits | letter(name), 0)

/** Exceptions that M-mode may delegate to HS, and HS to its guest (specification 10.2.2). */
const MEDELEG = 0xf8b7ff
const HEDELEG = 0x08b1ff

const machineRows: readonly CsrRow[] = [
  fixed(0xf11, 'mvendorid', 0, 0),
  fixed(0xf12, 'marchid', 0, 0),
  fixed(0xf13, 'mimpid', 0, 0),
  { number: 0xf14, name: 'mhartid', read: (hart) => hart.put(VALUE, 0, hart.id) },
  fixed(0xf15, 'mconfigptr', 0, 0),
  fixed(0x301, 'misa', MISA_HI, MISA_LO),
  plain(0x302, 'medeleg', 0, MEDELEG),
  plain(0x305, 'mtvec', -1, TVEC_MASK),
  plain(0x306, 'mcounteren', 0, COUNTERS),
  fixed(0x320, 'mcountinhibit', 0, 0),
  plain(0x340, 'mscratch'),
  plain(0x341, 'mepc', -1, IALIGN_MASK),
  plain(0x342, 'mcause', 1 << 31, 0x3f),
  plain(0x343, 'mtval'),
  plain(0x34a, 'mtinst'),
  plain(0x34b, 'mtval2'),
]

/** Sdtrig without triggers: software that enumerates them finds at the first that there is none. */
const triggerRows: readonly CsrRow[] = [
  fixed(0x7a0, 'tselect', 0, 0),
  fixed(0x7a1, 'tdata1', 0, 0),
  fixed(0x7a2, 'tdata2', 0, 0),
  fixed(0x7a3, 'tdata3', 0, 0),
  fixed(0x7a4, 'tinfo', 0, TINFO_NONE),
]

const supervisorRows: readonly CsrRow[] = [
  plain(0x105, 'stvec', -1, TVEC_MASK),
  plain(0x106, 'scounteren', 0, COUNTERS),
  plain(0x10a, 'senvcfg', 0, FIOM | CBZE),
  plain(0x140, 'sscratch'),
  plain(0x141, 'sepc', -1, IALIGN_MASK),
  plain(0x142, 'scause', 1 << 31, 0x3f),
  plain(0x143, 'stval'),
]

const hypervisorRows: readonly CsrRow[] = [
  plain(0x602, 'hedeleg', 0, HEDELEG),
  plain(0x606, 'hcounteren', 0, COUNTERS),
  plain(0x643, 'htval'),
  plain(0x64a, 'htinst'),
  plain(0x205, 'vstvec', -1, TVEC_MASK),
  plain(0x240, 'vsscratch'),
  plain(0x241, 'vsepc', -1, IALIGN_MASK),
  plain(0x242, 'vscause', 1 << 31, 0x3f),
  plain(0x243, 'vstval'),
]

export const csrRows: readonly CsrRow[] = [
  ...machineRows,
  ...triggerRows,
  ...supervisorRows,
  ...hypervisorRows,
  ...floatRows,
  ...statusRows,
  ...interruptRows,
  ...translationRows,
  ...counterRows,
]

/** Rows by number. */
export const csrByNumber: readonly (CsrRow | undefined)[] = (() => {
  const rows = new Array<CsrRow | undefined>(4096).fill(undefined)
  for (const row of csrRows) rows[row.number] = row
  return rows
})()
