// Device: what sits on the bus. It knows its registers, not its address, its interrupt number or
// the processor. Invariant: whatever a guest writes, a device neither throws nor loops without end.

import type { SavedState } from '../saved/saved-state.ts'

export interface Device {
  readonly name: string
  /** Bytes of address space. */
  readonly size: number
  /** Reads `bytes` at `offset`, zero-extended; an access no register answers gives 0. */
  read(offset: number, bytes: 1 | 2 | 4): number
  write(offset: number, bytes: 1 | 2 | 4, value: number): void
  reset(): void
  save(): SavedState
  load(state: SavedState): void
}

/** A wire to the interrupt controller: a level, set as often as one likes. */
export type InterruptLine = (level: boolean) => void
