// CSV: the rows and the summary's lists as tables for spreadsheets. Invariant: one header line, figures as
// summary.json has them, exact ones as they were stored, parameters as one JSON field; no text is a formula.

import { stringify } from 'csv-stringify/sync'
import type { CellRecord } from './cell.ts'
import { putFile } from './run-file.ts'
import type { StoredRun } from './store.ts'
import { exported, exportedNumber, type Summary } from './summary.ts'

/** File name → text of every table of a run. */
export function csvTables(run: StoredRun, summary: Summary): Map<string, string> {
  const { overheads, latencies, claims, coverage } = exported(summary)
  return new Map([
    [
      'rows.csv',
      table(
        ROW_COLUMNS,
        run.cells.flatMap((cell) => cell.rows),
      ),
    ],
    ['cells.csv', table(CELL_COLUMNS, run.cells.map(cellLine))],
    ['overheads.csv', table(OVERHEAD_COLUMNS, overheads)],
    ['latencies.csv', table(LATENCY_COLUMNS, latencies)],
    ['claims.csv', table(CLAIM_COLUMNS, claims)],
    ['coverage.csv', table(COVERAGE_COLUMNS, coverage)],
  ])
}

/** Writes the tables into a run directory; resolves to their paths. */
export async function writeCsv(run: StoredRun, summary: Summary): Promise<string[]> {
  const paths: string[] = []
  for (const [name, text] of csvTables(run, summary)) {
    paths.push(await putFile(run.directory, name, text))
  }
  return paths
}

const PLACE = 'cell workload parameters config backend profile policy seed'
const ROW_COLUMNS = `run ${PLACE} region metric unit iteration value`
const CELL_COLUMNS = `${PLACE} outcome why stop invariant violations hostMs rows digest`
const OVERHEAD_COLUMNS =
  'workload parameters region config policy profile baseline metric unit comparedIn value low high samples configValue baselineValue cells'
const LATENCY_COLUMNS =
  'bytes how frames config policy profile over cycles extraCycles lowCycles highCycles extraMs lowMs highMs samples cells'
const CLAIM_COLUMNS =
  'name source says expected config over metric measured low high spread seeds of min max unit profile policy verdict notes cells'
const COVERAGE_COLUMNS =
  'config guest originals backups missing aliased sameBank stale walks cell prompt'

/** `columns`: names with spaces between. */
function table(columns: string, lines: readonly object[]): string {
  return stringify([...lines], {
    header: true,
    columns: columns.split(' '),
    // A spreadsheet must not compute what a guest wrote: such a text gets an apostrophe before it.
    escape_formulas: true,
    cast: {
      boolean: (value) => String(value),
      number: (value) => String(exportedNumber(value)),
      object: (value) => (Array.isArray(value) ? value.join(' ') : JSON.stringify(value)),
    },
  })
}

function cellLine({ outcome, rows, ...end }: CellRecord): object {
  const { kind, ...how } = outcome
  return { ...end, ...how, outcome: kind, rows: rows.length }
}
