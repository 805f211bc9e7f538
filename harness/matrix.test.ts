import { describe, expect, it } from 'vitest'
import memv6 from '../configs/memv6.ts'
import none from '../configs/none.ts'
import { cellName } from '../results/cell.ts'
import { plannedCells } from '../results/plan.ts'
import noop from '../workloads/noop.ts'
import type { Workload } from '../workloads/workload.ts'
import { determinantsOf, type Fingerprint } from './cell.ts'
import { matrix, planOf, points } from './matrix.ts'

const sized: Workload = {
  name: 'sized',
  about: '',
  parameters: { bytes: [1, 2], how: ['a', 'b', 'c'] },
  drive: async () => {},
}

const print: Fingerprint = {
  version: 'v',
  images: {},
  disk: 'd',
  bootargs: '',
  config: determinantsOf(none),
}
const selection = {
  configs: [none, memv6],
  workloads: [noop, sized],
  seeds: [1, 2, 3],
  profile: 'flat',
  backend: 'rv64',
} as const

describe('matrix', () => {
  it('is the product of workloads, points, seeds and configs', () => {
    expect(points(sized)).toHaveLength(6)
    expect(matrix(selection, () => print)).toHaveLength((1 + 6) * 2 * 3)
  })

  it('gives each cell its own key, and the same key each time', () => {
    const keys = matrix(selection, () => print).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(matrix(selection, () => print).map(({ key }) => key)).toEqual(keys)
  })

  it('does not depend on the order of parameters', () => {
    const turned = { ...sized, parameters: { how: ['a'], bytes: [1] } }
    const straight = { ...sized, parameters: { bytes: [1], how: ['a'] } }
    const [a, b] = [turned, straight].map(
      (workload) => matrix({ ...selection, workloads: [workload] }, () => print)[0]?.key,
    )
    expect(a).toBe(b)
  })

  it('has the cells of the plan that the manifest keeps, in its order', () => {
    const { backend, profile, configs } = selection
    const plan = [planOf(selection)]
    const kept = plannedCells({ backend, profile: { name: profile }, configs, plan })
    expect(matrix(selection, () => print).map(cellName)).toEqual(kept?.map(cellName))
    expect(planOf(selection).seeds).toEqual([1, 2, 3])
  })

  it('holds a cell once, however often it is asked for', () => {
    const twice = matrix({ ...selection, workloads: [noop, noop] }, () => print)
    expect(twice).toHaveLength(6)
  })
})
