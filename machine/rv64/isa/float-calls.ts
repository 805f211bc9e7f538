// The names of the instructions of F and D, whose meaning is shared code; see instructions/float.ts.

const BOTH = [
  'fadd',
  'fsub',
  'fmul',
  'fdiv',
  'fsqrt',
  'fsgnj',
  'fsgnjn',
  'fsgnjx',
  'fmin',
  'fmax',
  'feq',
  'flt',
  'fle',
  'fclass',
  'fmadd',
  'fmsub',
  'fnmsub',
  'fnmadd',
  'fcvt.w',
  'fcvt.wu',
  'fcvt.l',
  'fcvt.lu',
] as const

const FROM_INTEGER = ['w', 'wu', 'l', 'lu'] as const

type Width = 's' | 'd'
export type FloatCall =
  | `${(typeof BOTH)[number]}.${Width}`
  | `fcvt.${Width}.${(typeof FROM_INTEGER)[number]}`
  | (typeof OTHERS)[number]

const OTHERS = [
  'fcvt.s.d',
  'fcvt.d.s',
  'fmv.x.w',
  'fmv.w.x',
  'fmv.x.d',
  'fmv.d.x',
  'flw',
  'fsw',
  'fld',
  'fsd',
] as const

export const FLOAT_CALLS: readonly FloatCall[] = [
  ...(['s', 'd'] as const).flatMap((width) => [
    ...BOTH.map((name) => `${name}.${width}` as const),
    ...FROM_INTEGER.map((name) => `fcvt.${width}.${name}` as const),
  ]),
  ...OTHERS,
]
