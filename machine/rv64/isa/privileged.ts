// Zicsr, Zicboz, the privileged instructions and the H extension: rows that call the shared privileged code.

import type { SystemCall } from './ir.ts'
import { code, FUNCT3_MASK, type Row, systemRow, WHOLE_MASK } from './row.ts'

const MISC_MEM = 0x0f
const SYSTEM = 0x73
const RD_ZERO_MASK = 0xfe007fff // funct7, funct3, rd and opcode
const CACHE_BLOCK_MASK = 0xfff07fff // the operation, funct3, rd and opcode
const RS2_MASK = 0xfff0707f // funct7, rs2, funct3 and opcode

const csr = (call: SystemCall, funct3: number): Row =>
  systemRow(call, 'csr', FUNCT3_MASK, code(SYSTEM, funct3))

const whole = (call: SystemCall, word: number): Row => systemRow(call, 'none', WHOLE_MASK, word)

const fence = (call: SystemCall, funct7: number): Row =>
  systemRow(call, 'R', RD_ZERO_MASK, code(SYSTEM, 0, funct7))

/** Loads of the H extension: which bytes is in funct7, which extension in rs2. */
const guestLoad = (call: SystemCall, funct7: number, variant: number): Row =>
  systemRow(call, 'R', RS2_MASK, code(SYSTEM, 4, funct7) | (variant << 20))

const guestStore = (call: SystemCall, funct7: number): Row =>
  systemRow(call, 'R', RD_ZERO_MASK, code(SYSTEM, 4, funct7))

export const privilegedRows: readonly Row[] = [
  systemRow('cbo.zero', 'R', CACHE_BLOCK_MASK, code(MISC_MEM, 2) | (4 << 20)),
  whole('ecall', 0x00000073),
  whole('ebreak', 0x00100073),
  whole('sret', 0x10200073),
  whole('mret', 0x30200073),
  whole('wfi', 0x10500073),
  csr('csrrw', 1),
  csr('csrrs', 2),
  csr('csrrc', 3),
  csr('csrrwi', 5),
  csr('csrrsi', 6),
  csr('csrrci', 7),
  fence('sfence.vma', 0x09),
  fence('hfence.vvma', 0x11),
  fence('hfence.gvma', 0x31),
  guestLoad('hlv.b', 0x30, 0),
  guestLoad('hlv.bu', 0x30, 1),
  guestLoad('hlv.h', 0x32, 0),
  guestLoad('hlv.hu', 0x32, 1),
  guestLoad('hlvx.hu', 0x32, 3),
  guestLoad('hlv.w', 0x34, 0),
  guestLoad('hlv.wu', 0x34, 1),
  guestLoad('hlvx.wu', 0x34, 3),
  guestLoad('hlv.d', 0x36, 0),
  guestStore('hsv.b', 0x31),
  guestStore('hsv.h', 0x33),
  guestStore('hsv.w', 0x35),
  guestStore('hsv.d', 0x37),
]
