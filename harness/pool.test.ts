import { describe, expect, it } from 'vitest'
import type { CellRecord } from '../results/cell.ts'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import type { CellPlan } from './cell.ts'
import { cellPlan } from './cell-plan.fixture.ts'
import { type PoolOptions, runPool } from './pool.ts'

async function run(plans: readonly CellPlan[], jobs: number, more: Partial<PoolOptions> = {}) {
  const records: CellRecord[] = []
  await runPool(plans, {
    run: 'r',
    hostLimit: HANGS_AFTER_MS,
    jobs,
    ...more,
    ended: async (_, record) => {
      records.push(record)
    },
  })
  return records
}

const order = (a: CellRecord, b: CellRecord): number => (a.cell < b.cell ? -1 : 1)

describe('the pool', () => {
  it('gives the same rows whatever the number of processes', async () => {
    const plans = ['noop', 'micro/syscall', 'boot', 'commands/ls'].map((workload, n) =>
      cellPlan({ workload, key: `${n}`.repeat(32) }),
    )
    const [one, two] = [await run(plans, 1), await run(plans, 2)]
    const bare = (records: CellRecord[]) =>
      records.sort(order).map(({ rows, outcome }) => ({ rows, outcome }))
    expect(one).toHaveLength(4)
    expect(bare(two)).toEqual(bare(one))
  })

  it('says what went wrong in a worker, and goes on with the next cell', async () => {
    const plans = [cellPlan({ config: 'nonsense', key: '0'.repeat(32) }), cellPlan()]
    const [wrong, sound] = (await run(plans, 1)).sort(order)
    expect(wrong?.outcome).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/got 'nonsense'/),
    })
    expect(sound?.outcome.kind).toBe('done')
  })

  it('tries a cell again whose process died', async () => {
    let deaths = 0
    const started = (_: CellPlan, pid?: number) => {
      if (deaths++ === 0) process.kill(pid!, 'SIGKILL')
    }
    const [again] = await run([cellPlan()], 1, { started })
    const [calm] = await run([cellPlan()], 1)
    expect(deaths).toBe(2)
    expect(again?.outcome).toEqual(calm?.outcome)
    expect(again?.rows).toEqual(calm?.rows)
  })

  it('loses only the cell whose process dies every time', async () => {
    const doomed = cellPlan({ workload: 'boot', key: '0'.repeat(32) })
    const started = ({ key }: CellPlan, pid?: number) => {
      if (key === doomed.key) process.kill(pid!, 'SIGKILL')
    }
    const [dead, sound] = (await run([doomed, cellPlan()], 1, { started })).sort(order)
    expect(dead?.outcome).toEqual({
      kind: 'failed',
      why: 'its process ended by SIGKILL, 2 times',
    })
    expect(sound?.outcome.kind).toBe('done')
  })

  it('ends the others at once when one cannot store what it measured', async () => {
    const plans = Array.from({ length: 40 }, (_, n) => cellPlan({ seed: n + 1 }))
    let asked = 0
    const work = runPool(plans, {
      run: 'r',
      hostLimit: HANGS_AFTER_MS,
      jobs: 2,
      ended: async () => {
        if (asked++ === 0) throw new Error('the disk is gone')
      },
    })
    await expect(work).rejects.toThrow('the disk is gone')
    expect(asked).toBeLessThan(10)
  })

  it('hands out nothing more once it is interrupted, and answers no half-done cell', async () => {
    const interrupt = new AbortController()
    const started = run([cellPlan(), cellPlan({ seed: 2 })], 1, { signal: interrupt.signal })
    interrupt.abort()
    expect(await started).toEqual([])
  })
})
