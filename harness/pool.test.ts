import { describe, expect, it } from 'vitest'
import type { CellRecord } from '../results/cell.ts'
import type { CellPlan } from './cell.ts'
import { runPool } from './pool.ts'

function plan(more: Partial<CellPlan> = {}): CellPlan {
  return {
    key: 'f'.repeat(32),
    workload: 'noop',
    parameters: {},
    config: 'none',
    policy: 'none',
    backend: 'rv64',
    profile: 'flat',
    seed: 1,
    live: false,
    ...more,
  }
}

async function run(plans: readonly CellPlan[], jobs: number, signal?: AbortSignal) {
  const records: CellRecord[] = []
  await runPool(plans, {
    run: 'r',
    hostLimit: 60_000,
    jobs,
    ...(signal ? { signal } : {}),
    ended: async (_, record) => {
      records.push(record)
    },
  })
  return records
}

const order = (a: CellRecord, b: CellRecord): number => (a.cell < b.cell ? -1 : 1)

describe('the pool', () => {
  it('gives the same rows whatever the number of threads', async () => {
    const plans = ['noop', 'micro/syscall', 'boot', 'commands/ls'].map((workload, n) =>
      plan({ workload, key: `${n}`.repeat(32) }),
    )
    const [one, two] = [await run(plans, 1), await run(plans, 2)]
    const bare = (records: CellRecord[]) =>
      records.sort(order).map(({ rows, outcome }) => ({ rows, outcome }))
    expect(one).toHaveLength(4)
    expect(bare(two)).toEqual(bare(one))
  })

  it('loses only the cell of a thread that dies', async () => {
    const plans = [plan({ config: 'nonsense', key: '0'.repeat(32) }), plan()]
    const [dead, sound] = (await run(plans, 1)).sort(order)
    expect(dead?.outcome).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/^its thread failed: .*got 'nonsense'/),
    })
    expect(sound?.outcome.kind).toBe('done')
  })

  it('hands out nothing more once it is interrupted, and answers no half-done cell', async () => {
    const interrupt = new AbortController()
    const started = run([plan(), plan({ seed: 2 })], 1, interrupt.signal)
    interrupt.abort()
    expect(await started).toEqual([])
  })
})
