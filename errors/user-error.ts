// UserError: an error that is told to the user as it is. Invariant: its message is a finished sentence that
// says what was expected, what came and what to do; every other error is a defect of ours.

/** Rooms extend it; the command line prints the message and ends with the code. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  /** 2: wrong use, or something missing in the environment. 1: what was checked does not hold. */
  readonly exitCode: 1 | 2 = 2
}
