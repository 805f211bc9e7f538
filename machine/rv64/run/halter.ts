// Halter: what may make the machine stand between two instructions, as a debugger does.

export interface Halter {
  /** True: it must be asked before every single instruction. */
  readonly attentive: boolean
  /** Asked before an instruction (or while the hart `waits` in wfi): shall the machine stand here? */
  halts(waits: boolean): boolean
  /** Resolves when the machine may go on, or when the signal ends the run. */
  stand(signal: AbortSignal | undefined): Promise<void>
}
