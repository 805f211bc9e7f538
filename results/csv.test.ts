// The tables for spreadsheets: quoted, of whole figures, and without formulas.

import { describe, expect, test } from 'vitest'
import { loadClaims } from './claim.ts'
import { csvTables } from './csv.ts'
import { cell, run } from './made-up-cells.fixture.ts'
import { exported, summarise } from './summary.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

const claims = await loadClaims()

describe('CSV', () => {
  test('quotes what needs it, one line a row', () => {
    const base = syntheticRun([1])
    const tables = csvTables(base, summarise(base, claims))
    expect([...tables.keys()]).toEqual([
      'rows.csv',
      'cells.csv',
      'overheads.csv',
      'latencies.csv',
      'claims.csv',
      'coverage.csv',
    ])
    const lines = tables.get('rows.csv')?.trimEnd().split('\n') ?? []
    expect(lines).toHaveLength(1 + base.cells.flatMap((one) => one.rows).length)
    expect(lines.find((line) => line.includes('backup-latency'))).toContain(
      '"{""bytes"":4096,""how"":""sbrk"",""frames"":""cold""}"',
    )
    expect(tables.get('claims.csv')).toContain('"thesis 2013, abstract"')
  })

  test('gives a share of the worst walk no spread over seeds', () => {
    const whole = syntheticRun()
    const lines = csvTables(whole, summarise(whole, claims)).get('claims.csv')!.split('\n')
    const of = (name: string) => lines.find((line) => line.startsWith(`${name},`))
    expect(of('coverage')).toContain(',1,1,1,worst of 195 walks,3,')
    expect(of('thttpd')).toContain(',range of 3 seeds,3,')
  })

  test('gives overheads as fractions, without the dust of binary numbers', () => {
    const base = run([
      cell(['boot', 'none', 1], 'boot', { wall: 300 }),
      cell(['boot', 'memv6', 1], 'boot', { wall: 400 }),
    ])
    const summary = summarise(base, claims)
    expect(String(summary.overheads[0]?.value)).toBe('0.3333333333333333')
    const [head = '', line = ''] = csvTables(base, summary).get('overheads.csv')!.split('\n')
    const field = (name: string) => line.split(',')[head.split(',').indexOf(name)]
    expect([field('unit'), field('comparedIn'), field('value')]).toEqual([
      'fraction',
      'cycles',
      '0.333333333333',
    ])
    expect(exported(summary).overheads[0]).toMatchObject({ value: 0.333333333333 })
  })

  test('gives host times without that dust too', () => {
    const live = cell(
      ['web-host', 'none', 1],
      'load',
      { duration: 1239.5500240000001 },
      {},
      'host-ms',
    )
    const base = run([{ ...live, hostMs: 203.87288999999873 }])
    const tables = csvTables(base, summarise(base, claims))
    expect(tables.get('rows.csv')).toContain(',1239.550024\n')
    expect(tables.get('cells.csv')).toContain(',203.87289,')
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('makes no formula of the text %j', (why) => {
    const one = cell(['boot', 'memv6', 1], 'boot', {})
    const base = run([{ ...one, outcome: { kind: 'skipped', why } }])
    expect(csvTables(base, summarise(base, claims)).get('cells.csv')).toContain(`,'${why},`)
  })

  test('leaves negative numbers numbers', () => {
    const base = run([
      cell(['boot', 'none', 1], 'boot', { wall: 200 }),
      cell(['boot', 'memv6', 1], 'boot', { wall: 100 }),
    ])
    expect(csvTables(base, summarise(base, claims)).get('overheads.csv')).toContain(',-0.5,')
  })
})
