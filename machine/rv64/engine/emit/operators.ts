// Operators of WebAssembly for the loads and stores of the instruction table.

import type { MemoryOperator } from '../wasm/code.ts'

export function loadOperator(bytes: number, signed: boolean): MemoryOperator {
  if (bytes === 8) return 'i64.load'
  const sign = signed ? 's' : 'u'
  return bytes === 1
    ? `i64.load8_${sign}`
    : bytes === 2
      ? `i64.load16_${sign}`
      : `i64.load32_${sign}`
}

export const storeOperator = (bytes: number): MemoryOperator =>
  bytes === 8
    ? 'i64.store'
    : bytes === 4
      ? 'i64.store32'
      : bytes === 2
        ? 'i64.store16'
        : 'i64.store8'
