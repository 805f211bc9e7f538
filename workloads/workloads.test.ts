import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { webFile as bytesOf, WEB_FILES } from '../guest/mkfs.ts'
import type { Mark } from '../machine/machine.ts'
import { statistics } from './micro/micro.ts'
import { REGIONS, regionCosts } from './region.ts'
import { demandBody, webFile } from './web-files.ts'

describe('regions', () => {
  it('have the numbers of guest/include/mark.h', () => {
    const header = readFileSync(new URL('../guest/include/mark.h', import.meta.url), 'utf8')
    const there = [...header.matchAll(/^#define REGION_(\w+)\s+(\d+)/gm)].map(
      ([, name, number]) => [name!.toLowerCase().replaceAll('_', '-'), Number(number)] as const,
    )
    expect(Object.fromEntries(there)).toEqual(REGIONS)
  })

  const mark = (n: number, at: number): Mark => ({ n, cycles: at, busy: at / 2, instructions: at })
  const log = (...marks: Mark[]) => ({ marks, lost: 0 })

  it('cost what passes between begin and end; others are passed over', () => {
    const marks = log(mark(4, 100), mark(12, 101), mark(13, 104), mark(5, 160))
    expect(regionCosts(marks, 'fork')).toEqual([{ wall: 60, busy: 30, instructions: 60 }])
  })

  it('that do not pair up are no measurement', () => {
    expect(() => regionCosts(log(mark(4, 1), mark(4, 2)), 'fork')).toThrow(/began twice/)
    expect(() => regionCosts(log(mark(5, 1)), 'fork')).toThrow(/ended before/)
    expect(() => regionCosts(log(mark(4, 1)), 'fork')).toThrow(/did not end/)
    expect(() => regionCosts({ marks: [], lost: 2 }, 'fork')).toThrow(/2 marks were lost/)
  })
})

describe('micro statistics', () => {
  it("are tinybench's, over exactly our samples, in cycles", () => {
    const samples = [5, 1, 4, 2, 3].map((wall) => ({ wall, busy: wall, instructions: wall }))
    expect(statistics('fork', samples)).toMatchObject({ 'wall-mean': 3, 'wall-p50': 3 })
  })
})

describe('web files', () => {
  it('are those that the standard disk holds', () => {
    for (const [name, length] of Object.entries(WEB_FILES)) {
      const sha256 = createHash('sha256').update(bytesOf(length)).digest('hex')
      expect(webFile(length)).toEqual({ path: `/${name}`, sha256 })
    }
  })

  it('refuse a body that differs in one byte', () => {
    const body = bytesOf(1024)
    expect(() => demandBody(webFile(1024), 200, body)).not.toThrow()
    body[500]! ^= 1
    expect(() => demandBody(webFile(1024), 200, body)).toThrow(/not those of the file/)
    expect(() => demandBody(webFile(1024), 404, body)).toThrow(/expected 200, got 404/)
  })
})
