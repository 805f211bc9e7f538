// The functions of a module by name: those that it imports, then its own. Invariant: the number by which
// code calls a function, the name under which it is imported and its type come from one row, so that two
// functions of one type cannot be taken for each other.

import type { DefinedFunction, FunctionType, ImportedFunction } from './encoder.ts'

export type Signatures = Readonly<Record<string, FunctionType>>
export type Numbers<S> = Readonly<Record<string & keyof S, number>>

/** The number of each function, as the module that has these imports and these functions numbers them. */
export function numbersOf<I extends Signatures, O extends Signatures>(
  imports: I,
  own: O,
): Numbers<I & O> {
  const names = [...Object.keys(imports), ...Object.keys(own)]
  return Object.fromEntries(names.map((name, number) => [name, number])) as Numbers<I & O>
}

export const importsOf = (imports: Signatures): readonly ImportedFunction[] =>
  Object.entries(imports).map(([name, type]) => ({ name, type }))

/** The module's own functions, in the order of their numbers. */
export const functionsOf = <O extends Signatures>(
  own: O,
  bodies: Readonly<Record<string & keyof O, Omit<DefinedFunction, 'type'>>>,
): readonly DefinedFunction[] =>
  Object.entries(own).map(([name, type]) => ({ ...bodies[name as string & keyof O], type }))
