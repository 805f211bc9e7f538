// CSV: the rows and the summary's lists as tables for spreadsheets. Invariant: one header line,
// numbers in full precision, parameters as one JSON field.

import { stringify } from 'csv-stringify/sync'
import type { CellRecord } from './cell.ts'
import { putFile } from './run-file.ts'
import type { RunRecord } from './store.ts'
import type { Summary } from './summary.ts'

/** File name → text of every table of a run. */
export function csvTables(run: RunRecord, summary: Summary): Map<string, string> {
  return new Map([
    [
      'rows.csv',
      table(
        ROW_COLUMNS,
        run.cells.flatMap((cell) => cell.rows),
      ),
    ],
    ['cells.csv', table(CELL_COLUMNS, run.cells.map(cellLine))],
    ['overheads.csv', table(OVERHEAD_COLUMNS, summary.overheads)],
    ['latencies.csv', table(LATENCY_COLUMNS, summary.latencies)],
    ['claims.csv', table(CLAIM_COLUMNS, summary.claims)],
    ['coverage.csv', table(COVERAGE_COLUMNS, summary.coverage)],
  ])
}

/** Writes the tables into a run directory; resolves to their paths. */
export async function writeCsv(run: RunRecord, summary: Summary): Promise<string[]> {
  const paths: string[] = []
  for (const [name, text] of csvTables(run, summary)) {
    paths.push(await putFile(run.directory, name, text))
  }
  return paths
}

const PLACE = 'cell workload parameters config backend profile policy seed'
const ROW_COLUMNS = `run ${PLACE} region metric unit iteration value`
const CELL_COLUMNS = `${PLACE} outcome why stop hostMs rows digest`
const OVERHEAD_COLUMNS =
  'workload parameters region config policy profile baseline metric unit value low high samples configValue baselineValue cells'
const LATENCY_COLUMNS =
  'bytes how frames config policy profile over cycles extraCycles lowCycles highCycles extraMs lowMs highMs samples cells'
const CLAIM_COLUMNS =
  'name source says expected config over metric measured low high min max unit profile policy verdict notes cells'
const COVERAGE_COLUMNS = 'config guest originals backups missing aliased sameBank stale walks cell'

/** `columns`: names with spaces between. */
function table(columns: string, lines: readonly object[]): string {
  return stringify([...lines], {
    header: true,
    columns: columns.split(' '),
    cast: {
      boolean: (value) => String(value),
      object: (value) => (Array.isArray(value) ? value.join(' ') : JSON.stringify(value)),
    },
  })
}

function cellLine({ outcome, rows, ...end }: CellRecord): object {
  const { kind, ...how } = outcome
  return { ...end, ...how, outcome: kind, rows: rows.length }
}
