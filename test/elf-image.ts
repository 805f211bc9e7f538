// A kernel of a few instructions for tests: an ELF file with one segment at KERNEL_BASE.

const KERNEL_BASE = 0x8020_0000
const HEADER_BYTES = 64
const PROGRAM_HEADER_BYTES = 56
const EM_RISCV = 243
const PT_LOAD = 1
const READ_EXECUTE = 5

export function elfOf(...instructions: readonly number[]): Uint8Array {
  const codeAt = HEADER_BYTES + PROGRAM_HEADER_BYTES
  const bytes = 4 * instructions.length
  const view = new DataView(new ArrayBuffer(codeAt + bytes))
  view.setUint32(0, 0x7f454c46) // magic
  view.setUint32(4, 0x02010100) // 64 bits, little endian, version 1
  view.setUint16(16, 2, true) // executable
  view.setUint16(18, EM_RISCV, true)
  view.setUint32(20, 1, true)
  view.setBigUint64(24, BigInt(KERNEL_BASE), true)
  view.setBigUint64(32, BigInt(HEADER_BYTES), true)
  view.setUint16(52, HEADER_BYTES, true)
  view.setUint16(54, PROGRAM_HEADER_BYTES, true)
  view.setUint16(56, 1, true)
  view.setUint16(58, HEADER_BYTES, true) // section headers, of which there are none
  view.setUint32(64, PT_LOAD, true)
  view.setUint32(68, READ_EXECUTE, true)
  const fields = [codeAt, KERNEL_BASE, KERNEL_BASE, bytes, bytes, 4096]
  for (const [n, field] of fields.entries()) view.setBigUint64(72 + 8 * n, BigInt(field), true)
  for (const [n, word] of instructions.entries()) view.setUint32(codeAt + 4 * n, word, true)
  return new Uint8Array(view.buffer)
}
