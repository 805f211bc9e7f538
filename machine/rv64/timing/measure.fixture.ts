// Code measured on a stand: the cycles between two reads of `cycle` around it, on every engine.
// Invariant: the code begins at a line of its own.

import type { CompilerLimits } from '../engine/compiler/limits.ts'
import { TestStand, type TestStandOptions } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { CELL, PRIVILEGE } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { type Core, LINE_BYTES } from './core.ts'

const [A0, A1] = [10, 11]
/** Holds the address of DATA. */
export const S0 = 8
export const DATA = RAM_BASE + 0x4_0000
const CYCLE = 0xc00
const TABLE = RAM_BASE + 0x8_0000
const AT_ONCE: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }

export const ENGINES: readonly (readonly [string, TestStandOptions])[] = [
  ['reference', { engine: 'reference' }],
  ['fast', { engine: 'fast' }],
  ['compiler', { engine: 'compiler', limits: AT_ONCE }],
  ['compiler, one instruction a block', { engine: 'compiler', limits: { ...AT_ONCE, block: 1 } }],
]
/** Reading the cycle twice in a row: the first's own cycle, and the second's wait for the register. */
export const twice = (core: Core): number => 1 + core.extra.csr

/**
 * Cycles from one read of `cycle` to the next with `code` between them, which begins at a line of its own
 * and is entered by a jump, so that it is compiled.
 */
export function measure(
  options: TestStandOptions,
  core: Core,
  code: (assembler: Assembler) => void,
  before: (assembler: Assembler) => void = () => {},
  paged = false,
): number {
  const stand = new TestStand({ ...options, core })
  const assembler = new Assembler().address(S0, DATA)
  before(assembler)
  const lead = assembler.bytes().length
  for (let i = 0; i < (-(lead + 8) & (LINE_BYTES - 1)) / 4; i++) assembler.emit('addi')
  assembler.emit('csrrs', { rd: A0, immediate: CYCLE }).to('code', 'jal').label('code')
  code(assembler)
  assembler.emit('csrrs', { rd: A1, immediate: CYCLE }).label('end').to('end', 'jal')
  stand.ram.write(RAM_BASE, assembler.bytes())
  const { hart } = stand
  if (paged) {
    const entry = (BigInt(RAM_BASE >>> 12) << 10n) | 0xcfn
    const bytes = new Uint8Array(new BigUint64Array([entry]).buffer)
    stand.ram.write(TABLE + 16, bytes) // one leaf of a gigabyte: RAM at its own address
    hart.put(CELL.satp, 8 << 28, TABLE / 4096)
    hart.put(CELL.mcounteren, 0, 7)
    hart.put(CELL.pmpaddr0, -1, -1)
    hart.ram.u8[CELL.pmpcfg0] = 0x1f
    hart.i32[PRIVILEGE >> 2] = 1
    hart.stateLoaded()
  }
  stand.run(20_000)
  return Number(stand.x(A1) - stand.x(A0))
}
