// Which instructions of F and D compiled code carries out itself, on which registers, and under what
// conditions. Invariant: where the conditions hold, no flag is raised that is not raised already, and FS
// is what it stays.

import type { Decoded } from '../../isa/decode.ts'
import { FLOAT_CALLS, type FloatCall } from '../../isa/float-calls.ts'
import { table } from '../../isa/table.ts'

/** Bits of what compiled code may do by itself; all need DIRTY: FS is dirty wherever it counts. */
export const DIRTY = 1
/** The dynamic rounding mode is to the nearest. */
export const NEAREST = 2
/** NX is raised. */
export const INEXACT = 4

export type Width = 's' | 'd'

interface Use {
  readonly rd: boolean
  readonly rs1: boolean
  readonly rs2: boolean
  readonly rs3: boolean
}

const use = (text: string): Use => ({
  rd: text.includes('d'),
  rs1: text.includes('1'),
  rs2: text.includes('2'),
  rs3: text.includes('3'),
})

/** x registers, then f registers; all other calls have two sources. */
const OPERANDS: readonly (readonly [RegExp, string, string])[] = [
  [/^fl[wd]$/, '1', 'd'],
  [/^fs[wd]$/, '1', '2'],
  [/^f(eq|lt|le)\./, 'd', '12'],
  [/^fclass\./, 'd', '1'],
  [/^fcvt\.[wl]/, 'd', '1'],
  [/^fcvt\.[sd]\.[wl]/, '1', 'd'],
  [/^fcvt\.|^fsqrt/, '', '1d'],
  [/^fmv\.x/, 'd', '1'],
  [/^fmv\./, '1', 'd'],
  [/^fn?m(add|sub)\./, '', '123d'],
  [/^f/, '', '12d'],
]

const floats: ReadonlySet<string> = new Set(FLOAT_CALLS)

const calls: readonly (FloatCall | undefined)[] = table.map(({ meaning }) => {
  const last = meaning.at(-1)
  return last?.do === 'system' && floats.has(last.call) ? (last.call as FloatCall) : undefined
})

const operands = calls.map((call) => {
  const found = call === undefined ? undefined : OPERANDS.find(([pattern]) => pattern.test(call))
  return { x: use(found?.[1] ?? ''), f: use(found?.[2] ?? '') }
})

/** The registers that a row reads and writes for floating point. */
export const floatOperands = (row: number): { readonly x: Use; readonly f: Use } => operands[row]!

/** The third source register of a fused operation, by its immediate. */
export const thirdSource = (immediate: number): number => immediate >> 3

/** Static modes, and the one that says: as fcsr has it. */
const TO_NEAREST = 0
const TO_ZERO = 1
const DYNAMIC = 7

export interface FloatForm {
  readonly call: FloatCall
  /** Bits that must be set. */
  readonly need: number
  /** Whether a conversion to an integer rounds to zero. */
  readonly toZero: boolean
}

/** Undefined: the shared code must carry it out. */
export function floatForm({ row, immediate }: Decoded): FloatForm | undefined {
  const call = calls[row]
  if (call === undefined || call.startsWith('fclass')) return undefined
  const { format } = table[row]!
  if (format !== 'rounded' && format !== 'fused') return { call, need: DIRTY, toZero: false }
  const mode = immediate & 7
  if (mode === TO_NEAREST) return { call, need: DIRTY, toZero: false }
  if (mode === DYNAMIC) return { call, need: DIRTY | NEAREST, toZero: false }
  return mode === TO_ZERO && /^fcvt\.[wl]/.test(call)
    ? { call, need: DIRTY, toZero: true }
    : undefined
}
