import { describe, expect, it } from 'vitest'
import { loadCatalogue } from './catalogue.ts'
import { points } from './matrix.ts'
import { parseSuite, readSuite, suiteNames } from './suite.ts'

const { workloads } = await loadCatalogue()

describe('suites', () => {
  it('are lists of workloads with comments', () => {
    const suite = parseSuite('s', '# why\nseeds 4\n\nnoop # floor\nboot\n', workloads)
    expect(suite.seeds).toBe(4)
    expect(suite.workloads.map(({ name }) => name)).toEqual(['noop', 'boot'])
  })

  it('can keep some parameter values only', () => {
    const line = 'backup-latency bytes=4096,204800 how=sbrk frames=cold'
    const [latency] = parseSuite('s', line, workloads).workloads
    expect(points(latency!)).toEqual([
      { bytes: 4096, how: 'sbrk', frames: 'cold' },
      { bytes: 204_800, how: 'sbrk', frames: 'cold' },
    ])
  })

  it('refuse a workload, a parameter or a value that is not there', () => {
    expect(() => parseSuite('s', 'nope', workloads)).toThrow(/expected a workload out of/)
    expect(() => parseSuite('s', 'boot size=1', workloads)).toThrow(/no parameter 'size'/)
    expect(() => parseSuite('s', 'backup-latency bytes=5', workloads)).toThrow(/got '5'/)
    expect(() => parseSuite('s', 'seeds 0', workloads)).toThrow(/seeds/)
  })

  it('of the project can all be read, and quick uses three seeds', async () => {
    const suites = await Promise.all((await suiteNames()).map((name) => readSuite(name, workloads)))
    expect(suites.map(({ name }) => name)).toEqual(['nightly', 'quick'])
    expect(suites.find(({ name }) => name === 'quick')?.seeds).toBe(3)
  })

  it('named wrongly are an error that names what there is', async () => {
    await expect(readSuite('quik', workloads)).rejects.toThrow(/nightly, quick; got 'quik'/)
  })
})
