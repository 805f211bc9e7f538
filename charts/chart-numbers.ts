// Chart numbers: what a chart shows, as rows of a table, for readers who cannot see or point at it.
// Invariant: the rows are the chart's own points, named and written as its tooltips name and write
// them, so the table cannot say anything else than the picture.

import * as vega from 'vega'
import type { TopLevelSpec } from 'vega-lite'
import { NUMBERS } from './theme.ts'
import type { TooltipField } from './tooltip.ts'

export interface ChartNumbers {
  readonly columns: readonly { readonly title: string; readonly isNumber: boolean }[]
  readonly rows: readonly (readonly string[])[]
}

/** The part of a vega-lite specification that this file reads. */
interface SpecPart {
  readonly data?: { readonly values?: readonly Datum[] }
  readonly encoding?: { readonly tooltip?: readonly TooltipField[] }
  readonly layer?: readonly SpecPart[]
  readonly hconcat?: readonly SpecPart[]
  readonly vconcat?: readonly SpecPart[]
}

type Datum = Readonly<Record<string, unknown>>

/** One table for each list of tooltip fields in the chart: panels that say the same share one. */
export function chartNumbers(spec: TopLevelSpec): ChartNumbers[] {
  const tables = new Map<string, { fields: readonly TooltipField[]; rows: string[][] }>()
  for (const { fields, values } of points(spec as unknown as SpecPart, [])) {
    const key = JSON.stringify(fields)
    const table = tables.get(key) ?? { fields, rows: [] }
    tables.set(key, table)
    table.rows.push(...values.map((datum) => fields.map((field) => written(datum, field))))
  }
  return Array.from(tables.values(), ({ fields, rows }) => ({
    columns: fields.map(({ field, title, type }) => ({
      title: title ?? field,
      isNumber: type === 'quantitative',
    })),
    rows,
  }))
}

interface Points {
  readonly fields: readonly TooltipField[]
  readonly values: readonly Datum[]
}

/** Marks with tooltips in their order; a part without data of its own has its parent's. */
function points(unit: SpecPart, inherited: readonly Datum[]): Points[] {
  const values = unit.data?.values ?? inherited
  const parts = [unit.hconcat, unit.vconcat, unit.layer].flatMap((list) => list ?? [])
  const fields = unit.encoding?.tooltip
  const own = fields === undefined ? [] : [{ fields, values }]
  return [...own, ...parts.flatMap((part) => points(part, values))]
}

/** How vega writes numbers in tooltips of the house's theme; its types do not name it. */
const locale = (vega as unknown as { locale(numbers: typeof NUMBERS): Locale }).locale(NUMBERS)

interface Locale {
  format(specifier: string): (value: number) => string
}

function written(datum: Datum, { field, type, format }: TooltipField): string {
  const value = datum[field]
  if (value === undefined || value === null) return '–'
  if (type === 'quantitative' && typeof value === 'number' && format !== undefined) {
    return locale.format(format)(value)
  }
  return String(value)
}
