// Paints: the few looks of a terminal report. Invariant: without colour no escape character is written.

export type Paint = (text: string) => string

export interface Paints {
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
}

export function paintsFor(colour: boolean): Paints {
  const paint =
    (code: string): Paint =>
    (text) =>
      colour ? `\u001b[${code}m${text}\u001b[0m` : text
  return { bold: paint('1'), dim: paint('2'), good: paint('32'), bad: paint('31') }
}
