// Rows that pass the schema and that no machine counted: whatever their values, the summary is one of finite
// numbers, and nothing in it is called a defect.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CellRecord } from './cell.ts'
import { loadClaims } from './claim.ts'
import { measurementSchema, type Unit, units } from './measurement.ts'
import { summarise, summarySchema } from './summary.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

const MOST = Number.MAX_SAFE_INTEGER
const exact = fc.constantFrom(0, 1, 2, MOST - 1, MOST)
const real = fc.constantFrom(0, 1e-9, 1e-8, 0.5, 1e15, MOST)
const inexactUnits: readonly Unit[] = ['live-cycles', 'host-ms', 'requests/s']

const reading = fc.constantFrom<Unit>(...units).chain((unit) =>
  fc.record({
    unit: fc.constant(unit),
    value: inexactUnits.includes(unit) ? real : exact,
  }),
)

it('extreme values give a summary of finite numbers', async () => {
  const claims = await loadClaims()
  const run = syntheticRun()
  // Few of each, so that all claims are asked and a case takes little.
  const few = run.cells.filter(({ seed }) => seed <= 2)
  fc.assert(
    fc.property(fc.array(reading, { minLength: 7, maxLength: 31 }), fc.boolean(), (all, units) => {
      let n = 0
      const cells: CellRecord[] = few.map((cell) => ({
        ...cell,
        rows: cell.rows.map((row) => {
          const { unit, value } = all[n++ % all.length]!
          return units ? { ...row, unit, value } : { ...row, value: Math.floor(value) }
        }),
      }))
      for (const row of cells[0]?.rows ?? []) measurementSchema.parse(row)
      summarySchema.parse(summarise({ ...run, cells }, claims))
    }),
    { numRuns: 25 },
  )
})

it.each([5e-324, 1e-10, 1e16, 1e308])('the value %d is no measurement', (value) => {
  const [row] = syntheticRun().cells[0]!.rows
  const { success, error } = measurementSchema.safeParse({ ...row, unit: 'host-ms', value })
  expect(success).toBe(false)
  expect(error?.issues[0]?.message).toBe(`expected 0, or a value from 1e-9 to ${MOST}`)
})
