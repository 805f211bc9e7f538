// Engine: what executes instructions. Invariants, whichever engine: an instruction starts if and only
// if BUDGET is above 0, and takes its cycles off it (HELD is budget put aside); between calls all state is
// in the layout of memory/layout.ts; after equal budgets all engines have left equal state.

export interface Engine {
  /** Executes until BUDGET is 0 or below. */
  execute(): void
  /** RAM or state has been replaced from outside: forget everything derived from it. */
  forget(): void
  /** What it counts of itself, by name. */
  why?(): Readonly<Record<string, number>>
}
