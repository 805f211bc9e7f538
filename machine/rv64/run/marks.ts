// Marks: the log of `slti x0, x0, n` hints. Invariant: a guest that marks without end costs bounded
// memory; what does not fit is counted.

import type { Mark, MarkLog } from '../../machine.ts'

const MOST = 65_536

export class Marks {
  #marks: Mark[] = []
  #lost = 0

  add(mark: Mark): void {
    if (this.#marks.length < MOST) this.#marks.push(mark)
    else this.#lost++
  }

  /** What has come since the last call. */
  take(): MarkLog {
    const log = { marks: this.#marks, lost: this.#lost }
    this.clear()
    return log
  }

  clear(): void {
    this.#marks = []
    this.#lost = 0
  }
}
