// Tooltip: what a point of a chart says when it is pointed at, and what the table below the chart has as
// columns. Invariant: every chart names a figure's spread in the same words.

export interface TooltipField {
  readonly field: string
  readonly title?: string
  readonly type: 'nominal' | 'quantitative'
  /** How d3 is to write the number. */
  readonly format?: string
}

/** A field of text, under its own name or a title. */
export function word(field: string, title = field): TooltipField {
  return { field, type: 'nominal', title }
}

/** A field of numbers. */
export function figure(field: string, title: string, format: string): TooltipField {
  return { field, type: 'quantitative', title, format }
}

/** What the spread of a figure is, and from where to where it reaches, in two fields of numbers. */
export function spread(format: string, low = 'low', high = 'high'): readonly TooltipField[] {
  return [word('spread'), figure(low, 'from', format), figure(high, 'to', format)]
}
