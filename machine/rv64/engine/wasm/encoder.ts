// A small writer of WebAssembly: bytes of instructions, functions, and a module around them (core
// specification, chapter 5). Invariant: it knows nothing of RISC-V; what it is given it encodes.

export const I32 = 0x7f
export const I64 = 0x7e
export const F32 = 0x7d
export const F64 = 0x7c
export const EMPTY = 0x40
const FUNCREF = 0x70
export type ValueType = typeof I32 | typeof I64 | typeof F32 | typeof F64

export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export interface ImportedFunction {
  readonly name: string
  readonly type: FunctionType
}

export interface DefinedFunction {
  readonly type: FunctionType
  /** Beyond the parameters, in order. */
  readonly locals: readonly ValueType[]
  /** The body without its final `end`. */
  readonly code: ArrayLike<number>
  readonly exported?: string
}

export interface ModuleParts {
  readonly imports: readonly ImportedFunction[]
  readonly functions: readonly DefinedFunction[]
  /** The size of the imported memory `env.memory`. */
  readonly memoryPages: number
  /** Size of the imported table `env.table`, if there is one. */
  readonly tableSize?: number
  /** Types of indirect calls; numbered after those of all functions. */
  readonly indirect?: readonly FunctionType[]
}

/** Imports come from the namespace `env`; functions are numbered imports first. */
export function encodeModule(parts: ModuleParts): Uint8Array {
  const all = [...parts.imports, ...parts.functions]
  const signatures = [...all.map(({ type }) => type), ...(parts.indirect ?? [])]
  const types = signatures.map((type) => [
    0x60,
    ...vector(type.parameters.map((one) => [one])),
    ...vector(type.results.map((one) => [one])),
  ])
  const functionImports = parts.imports.map(({ name }, i) => [
    ...text('env'),
    ...text(name),
    0x00,
    ...unsigned(i),
  ])
  const pages = unsigned(parts.memoryPages)
  const memory = [...text('env'), ...text('memory'), 0x02, 0x01, ...pages, ...pages]
  const size = unsigned(parts.tableSize ?? 0)
  const table = [...text('env'), ...text('table'), 0x01, FUNCREF, 0x01, ...size, ...size]
  const imported = [...functionImports, memory, ...(parts.tableSize === undefined ? [] : [table])]
  const first = parts.imports.length
  const exported = parts.functions.flatMap((one, i) =>
    one.exported === undefined ? [] : [[...text(one.exported), 0x00, ...unsigned(first + i)]],
  )
  return joined([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, vector(types)),
    section(2, vector(imported)),
    section(3, vector(parts.functions.map((_, i) => unsigned(first + i)))),
    section(7, vector(exported)),
    ...codeSection(parts.functions),
  ])
}

/** LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** Signed LEB128 of up to 64 bits. */
export function signed(value: bigint | number): number[] {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    bytes.push(done ? low : low | 0x80)
    if (done) return bytes
  }
}

/** The parts of the code section in order: functions are long, and copied but once. */
function codeSection(functions: readonly DefinedFunction[]): readonly ArrayLike<number>[] {
  const parts = functions.flatMap(({ locals, code }) => {
    const declared = vector(locals.map((type) => [0x01, type]))
    return [unsigned(declared.length + code.length + 1), declared, code, [0x0b]]
  })
  const count = unsigned(functions.length)
  const length = parts.reduce((sum, part) => sum + part.length, count.length)
  return [[10, ...unsigned(length)], count, ...parts]
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function vector(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length)
  for (const item of items) for (const byte of item) bytes.push(byte)
  return bytes
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

const text = (value: string): number[] => [
  ...unsigned(value.length),
  ...Array.from(value, (letter) => letter.charCodeAt(0)),
]
