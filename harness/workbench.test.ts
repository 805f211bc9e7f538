import { describe, expect, it } from 'vitest'
import none from '../configs/none.ts'
import { fakeMachine, type Script } from '../test/fake-machine.ts'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { type Workload, WorkloadFailure } from '../workloads/workload.ts'
import type { CellPlan } from './cell.ts'
import { cellPlan } from './cell-plan.fixture.ts'
import type { Invariant } from './invariant.ts'
import cycles from './probes/cycles.ts'
import { type Bench, Workbench } from './workbench.ts'

const image = { name: 'fake', bytes: new Uint8Array(), sha256: '0' }
const config = { ...none, firmware: async () => image, kernel: async () => image }
const script: Script = (line) => {
  if (line === 'die') return { says: 'panic: oops\n', stop: { kind: 'stuck', why: 'wfi' } }
  return line === 'ls' ? { says: 'README\n', cycles: 200 } : {}
}

function benchWith(
  drive: Workload['drive'],
  more: Partial<Workload> = {},
  found?: Invariant,
  hostLimit = HANGS_AFTER_MS,
) {
  let opened = 0
  const workload: Workload = { name: 'w', about: '', drive, ...more }
  const judged = found ? { ...config, invariants: [found.name] } : config
  const bench: Bench = {
    run: 'r',
    hostLimit,
    catalogue: {
      configs: new Map([['none', judged]]),
      workloads: new Map([['w', workload]]),
      probes: new Map([['cycles', cycles]]),
      invariants: new Map(found ? [[found.name, found]] : []),
    },
    parts: {
      open: async (spec) => {
        opened++
        return fakeMachine(script, spec)
      },
      disk: async () => new Uint8Array(),
    },
  }
  return { workbench: new Workbench(bench), opened: () => opened }
}

const plan = (): CellPlan => cellPlan({ workload: 'w' })

describe('Workbench', () => {
  it('boots once and starts every cell from the same prompt', async () => {
    const { workbench, opened } = benchWith((guest) =>
      guest.measure('command', async () => {
        await guest.command('ls')
      }),
    )
    const [first, second] = [await workbench.run(plan()), await workbench.run(plan())]
    expect(first?.outcome).toEqual(second?.outcome)
    expect(first?.outcome.kind).toBe('done')
    expect(first?.rows).toEqual(second?.rows)
    expect(first?.rows[0]).toMatchObject({
      run: 'r',
      config: 'none',
      region: 'command',
      value: 210,
    })
    expect(opened()).toBe(1)
  })

  it('starts from reset if the workload says so', async () => {
    const drive: Workload['drive'] = (guest) =>
      guest.measure('boot', async () => {
        await guest.expect(/\$ $/)
      })
    const { workbench } = benchWith(drive, { fromReset: true })
    const { rows } = await workbench.run(plan())
    expect(rows.find(({ metric }) => metric === 'busy')?.value).toBe(1000)
  })

  it('makes of a panic a failed cell with the last lines of the console', async () => {
    const { workbench } = benchWith(async (guest) => {
      await guest.command('die')
    })
    const { outcome, rows } = await workbench.run(plan())
    expect(outcome).toMatchObject({ kind: 'failed', stop: 'stuck: wfi' })
    expect(outcome.kind === 'failed' && outcome.console).toContain('panic: oops')
    expect(outcome.kind === 'failed' && outcome.backtrace?.[0]).toContain('0x80200000')
    expect(rows).toEqual([])
  })

  it('goes on with the next cell after a failed one', async () => {
    let times = 0
    const { workbench } = benchWith(async (guest) => {
      if (times++ === 0) await guest.command('die')
    })
    expect((await workbench.run(plan())).outcome.kind).toBe('failed')
    expect((await workbench.run(plan())).outcome.kind).toBe('done')
  })

  it('skips a cell whose machine lacks what it needs, with the reason', async () => {
    const { workbench } = benchWith(async () => {}, { needs: ['hypervisor'] })
    expect((await workbench.run(plan())).outcome).toEqual({
      kind: 'skipped',
      why: 'the machine has no hypervisor',
    })
  })

  it('keeps no measurement of a cell whose invariant is violated, but its coverage', async () => {
    const reading = { guest: 'kernel', originals: 3, backups: 2, missing: 1, aliased: 0 }
    const broken: Invariant = {
      name: 'coverage',
      about: '',
      check: async () => ({
        readings: [{ ...reading, sameBank: 0, stale: 0 }],
        violations: [{ kind: 'missing', says: 'pid 3, page 0x1000' }],
      }),
    }
    const { workbench } = benchWith((guest) => guest.measure('x', async () => {}), {}, broken)
    const { outcome, rows } = await workbench.run(plan())
    expect(outcome).toMatchObject({
      kind: 'violated',
      invariant: 'coverage',
      violations: 1,
      why: 'invariant coverage: 1 violations: missing: pid 3, page 0x1000',
    })
    expect(rows.map(({ region, metric, value }) => [region, metric, value])).toContainEqual([
      'coverage/kernel',
      'missing',
      1,
    ])
    expect(rows.every(({ region }) => region === 'coverage/kernel')).toBe(true)
  })

  it('calls a failure of ours by its name', async () => {
    const { workbench } = benchWith(async () => {
      throw new TypeError('undefined is not a function')
    })
    const { outcome } = await workbench.run(plan())
    expect(outcome).toMatchObject({ kind: 'failed', why: expect.stringMatching(/^defect in mirr/) })
  })

  it('ends a cell that takes too long on this host', async () => {
    const endless: Workload['drive'] = async (guest) => {
      for (;;) {
        await new Promise((next) => setTimeout(next, 5))
        await guest.command('ls')
      }
    }
    const { workbench } = benchWith(endless, {}, undefined, 50)
    const { outcome } = await workbench.run(plan())
    expect(outcome).toMatchObject({ kind: 'failed', why: expect.stringMatching(/0.05 s of host/) })
  })

  it('takes a wrong output for no measurement', async () => {
    const { workbench } = benchWith(async (guest) => {
      guest.addReading('x', 'wall', 'cycles', 1)
      throw new WorkloadFailure('expected README, got nothing')
    })
    const { outcome, rows } = await workbench.run(plan())
    expect(outcome.kind).toBe('failed')
    expect(rows).toEqual([])
  })
})
