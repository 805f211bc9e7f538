// A benchmark of the engines, not a test: bare loops in M-mode and in S-mode with Sv39, in guest
// MIPS of host time; medians of several runs after warming up.
// Usage: node cli/launch.js cli/perf-engines.ts [--json]

import { ENGINES, type EngineName, Stand } from '../machine/rv64/engine/stand.ts'
import { CELL, PRIVILEGE } from '../machine/rv64/hart/state.ts'
import { SUPERVISOR } from '../machine/rv64/hart/status.ts'
import { Assembler } from '../machine/rv64/isa/assemble.ts'
import { RAM_BASE } from '../machine/rv64/ram.ts'

type Kernel = keyof typeof KERNELS
const PRIVILEGES = ['M', 'S'] as const

const MEGABYTES = 16
const DATA = RAM_BASE + 0x10_0000
const TABLES = RAM_BASE + 0xf0_0000
const KERNELS = { crc32: crc32(), memcpy: memcpy(), chase: chase() } as const
/** Instructions in one measurement: a tenth of a second or so. */
const budgetOf = (engine: EngineName): number => (engine === 'reference' ? 500_000 : 100_000_000)
const ROUNDS = 5

interface Reading {
  readonly kernel: Kernel
  readonly privilege: (typeof PRIVILEGES)[number]
  readonly engine: EngineName
  readonly profile: 'flat'
  readonly mips: number
}

const readings: Reading[] = []
for (const engine of ENGINES) {
  for (const privilege of PRIVILEGES) {
    for (const kernel of Object.keys(KERNELS) as Kernel[]) {
      readings.push({
        kernel,
        privilege,
        engine,
        profile: 'flat',
        mips: measure(kernel, privilege, engine),
      })
    }
  }
}
if (process.argv.includes('--json')) console.log(JSON.stringify(readings))
else {
  for (const { kernel, privilege, engine, mips } of readings) {
    console.log(
      `${engine.padEnd(10)} ${privilege}  ${kernel.padEnd(8)} ${mips.toFixed(1).padStart(8)} MIPS`,
    )
  }
}

function measure(
  kernel: Kernel,
  privilege: (typeof PRIVILEGES)[number],
  engine: EngineName,
): number {
  const stand = new Stand({ engine, megabytes: MEGABYTES })
  stand.ram.write(RAM_BASE, KERNELS[kernel])
  if (kernel === 'chase') stand.ram.write(DATA, chain(512 * 1024))
  if (privilege === 'S') enterSupervisor(stand)
  stand.run(budgetOf(engine) / 4) // the host compiles its hot code meanwhile
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now()
    stand.run(budgetOf(engine))
    return performance.now() - begin
  }).sort((a, b) => a - b)
  return budgetOf(engine) / times[ROUNDS >> 1]! / 1000
}

/** Sv39 with 4 KiB leaves for all of RAM, at its own address. */
function enterSupervisor(stand: Stand): void {
  const { hart, ram } = stand
  const entry = (at: number, target: number, flags: number) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, (BigInt(target >>> 12) << 10n) | BigInt(flags), true)
    ram.write(at, bytes)
  }
  const [root, middle, leaves] = [TABLES, TABLES + 0x1000, TABLES + 0x2000]
  entry(root + 8 * 2, middle, 1)
  for (let i = 0; i < MEGABYTES / 2; i++) {
    entry(middle + 8 * i, leaves + 0x1000 * i, 1)
    for (let j = 0; j < 512; j++) {
      entry(leaves + 0x1000 * i + 8 * j, RAM_BASE + ((i * 512 + j) << 12), 0xcf)
    }
  }
  hart.put(CELL.satp, 8 << 28, root / 4096)
  hart.put(CELL.pmpaddr0, -1, -1)
  hart.ram.u8[CELL.pmpcfg0] = 0x1f
  hart.i32[PRIVILEGE >> 2] = SUPERVISOR
  hart.stateLoaded()
}

/** Bit by bit over 64 KiB of data, for ever. */
function crc32(): Uint8Array {
  const [crc, at, end, byte, count, mask, poly, start] = [5, 6, 7, 28, 29, 30, 31, 10]
  const code = new Assembler()
  code.address(start, DATA).li(end, 0x10000).emit('add', { rd: end, rs1: end, rs2: start })
  code.address(poly, 0xedb88320).label('again').li(crc, -1).emit('addi', { rd: at, rs1: start })
  code
    .label('byte')
    .emit('lbu', { rd: byte, rs1: at })
    .emit('xor', { rd: crc, rs1: crc, rs2: byte })
  code.li(count, 8).label('bit').emit('andi', { rd: mask, rs1: crc, immediate: 1 })
  code.emit('sub', { rd: mask, rs1: 0, rs2: mask }).emit('and', { rd: mask, rs1: mask, rs2: poly })
  code
    .emit('srliw', { rd: crc, rs1: crc, immediate: 1 })
    .emit('xor', { rd: crc, rs1: crc, rs2: mask })
  code.emit('addi', { rd: count, rs1: count, immediate: -1 }).to('bit', 'bne', { rs1: count })
  code.emit('addi', { rd: at, rs1: at, immediate: 1 }).to('byte', 'bne', { rs1: at, rs2: end })
  return code.to('again', 'jal').bytes()
}

/** 1 MiB, 64 bytes a round, for ever. */
function memcpy(): Uint8Array {
  const [from, to, end, base] = [5, 6, 7, 28]
  const code = new Assembler()
  code.address(base, DATA).label('again').emit('addi', { rd: from, rs1: base })
  code
    .li(end, 0x100000)
    .emit('add', { rd: to, rs1: from, rs2: end })
    .emit('add', { rd: end, rs1: from, rs2: end })
  code.label('round')
  for (let i = 0; i < 8; i++) code.emit('ld', { rd: 10 + i, rs1: from, immediate: 8 * i })
  for (let i = 0; i < 8; i++) code.emit('sd', { rs1: to, rs2: 10 + i, immediate: 8 * i })
  code
    .emit('addi', { rd: from, rs1: from, immediate: 64 })
    .emit('addi', { rd: to, rs1: to, immediate: 64 })
  return code.to('round', 'bne', { rs1: from, rs2: end }).to('again', 'jal').bytes()
}

/** Follows pointers through 512 KiB. */
function chase(): Uint8Array {
  const code = new Assembler()
  code.address(5, DATA).label('again')
  for (let i = 0; i < 7; i++) code.emit('ld', { rd: 5, rs1: 5 })
  return code.to('again', 'jal').bytes()
}

/** One cycle through all cache lines of `bytes`, in a scattered but fixed order. */
function chain(bytes: number): Uint8Array {
  const lines = bytes / 64
  const data = new Uint8Array(bytes)
  const view = new DataView(data.buffer)
  const stride = 2741 // odd, hence coprime to the number of lines
  for (let i = 0; i < lines; i++) {
    const next = (i + stride) % lines
    view.setBigUint64(64 * i, BigInt(DATA + 64 * next), true)
  }
  return data
}
