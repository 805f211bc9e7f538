// Instruction classes: which instructions a core's pipeline treats alike. Invariant: each row of the
// instruction table is in exactly one.

import { table } from '../isa/table.ts'
import type { Core } from './core.ts'

const CLASSES = {
  load: /^(l[wd]|lwu|fl[wd])$/,
  'load-narrow': /^l[bh]u?$/,
  store: /^(s[bhwd]|fs[wd])$/,
  multiply: /^mul/,
  'divide-word': /^(div|rem)u?w$/,
  divide: /^(div|rem)/,
  atomic: /^(amo|lr\.|sc\.)/,
  jump: /^jal$/,
  'jump-register': /^jalr$/,
  csr: /^csr/,
  return: /^[ms]ret$/,
  fence: /^(fence\.i|[sh]fence)/,
  'float-single': /^(fadd|fsub|fmul|fn?m(add|sub))\.s$/,
  'float-double': /^(fadd|fsub|fmul|fn?m(add|sub))\.d$/,
  'float-divide': /^(fdiv|fsqrt)/,
  'float-other': /^f(sgnj|min|max|le|lt|eq|class|cvt|mv)/,
  guest: /^(hlv|hsv)/,
} as const

export type InstructionClass = keyof typeof CLASSES | 'ordinary'

/** The class of the instruction with that name; the first that fits. */
export function classOf(name: string): InstructionClass {
  for (const [one, pattern] of Object.entries(CLASSES)) {
    if (pattern.test(name)) return one as InstructionClass
  }
  return 'ordinary'
}

/** Cycles beyond the one that every instruction takes, by row of the instruction table. */
export const extrasOf = (core: Core): readonly number[] =>
  table.map(({ name }) => core.extra[classOf(name)])
