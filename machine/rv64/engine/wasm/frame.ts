// A frame: the parameters and locals of a generated function, by name. Invariant: the number by which code
// reaches a local and the type that it is declared with come from one row.

import type { FunctionType, ValueType } from './encoder.ts'

export type Rows = Readonly<Record<string, ValueType>>

export interface Frame<Name extends string> {
  readonly type: FunctionType
  /** The number of each parameter and local. */
  readonly local: Readonly<Record<Name, number>>
  /** Types of the locals, which follow the parameters. */
  readonly locals: readonly ValueType[]
  /** How many parameters and locals there are. */
  readonly count: number
}

/** Numbers go by the order of the rows, parameters first. */
export function frameOf<P extends Rows, L extends Rows>(
  parameters: P,
  results: readonly ValueType[],
  locals: L,
): Frame<string & (keyof P | keyof L)> {
  const names = [...Object.keys(parameters), ...Object.keys(locals)]
  return {
    type: { parameters: Object.values(parameters), results },
    local: Object.fromEntries(names.map((name, number) => [name, number])) as Record<
      string & (keyof P | keyof L),
      number
    >,
    locals: Object.values(locals),
    count: names.length,
  }
}
