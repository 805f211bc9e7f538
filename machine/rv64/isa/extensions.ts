// The extensions that a hart has, as the device tree names them. Invariant: the instruction table and the
// CSRs have what these promise.

export const EXTENSIONS = [
  'i',
  'm',
  'a',
  'f',
  'd',
  'c',
  'h',
  'zicboz',
  'zicntr',
  'zicsr',
  'zifencei',
  'sstc',
  'svadu',
] as const
/** Extensions of one letter follow `rv64` at once, the others after an underscore. */
const SINGLE_LETTERS = EXTENSIONS.filter((name) => name.length === 1).join('')
const OTHERS = EXTENSIONS.filter((name) => name.length > 1).map((name) => `_${name}`)
/** `rv64imafdch_zicboz_…` */
export const ISA = ['rv64', SINGLE_LETTERS, ...OTHERS].join('')

/** What cbo.zero of Zicboz clears. */
export const CACHE_BLOCK_BYTES = 64
