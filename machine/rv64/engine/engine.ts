// Engine: what executes instructions. Invariants, whichever engine: it starts exactly as many
// instructions as BUDGET said, less those put aside in HELD; between calls all state is in the layout
// of hart/state.ts; after equal budgets all engines have left equal state.

export interface Engine {
  /** Executes until BUDGET is 0. */
  execute(): void
  /** RAM or state has been replaced from outside: forget everything derived from it. */
  forget(): void
  /** What it counts of itself, by name. */
  why?(): Readonly<Record<string, number>>
}
