import { beforeEach, describe, expect, it, vi } from 'vitest'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'
import { openProgress } from './progress.ts'

const ERASE = '\r\u001b[2K'
const [record] = syntheticRun().cells
let written: string[]
let ms: number
beforeEach(() => {
  written = []
  ms = 0
  vi.stubEnv('CI', '')
  return () => vi.unstubAllEnvs()
})

function open(total: number, columns = 80) {
  const stream = { isTTY: true, columns, write: (text: string) => written.push(text) }
  return openProgress(total, stream, () => ms)
}

/** The line as a person sees it. */
const last = (): string => (written.at(-1) ?? '').replace(ERASE, '')

describe('progress', () => {
  it('tells count, time, time left and cell', () => {
    const progress = open(100)
    for (let n = 0; n < 10; n++) {
      ms += 2000
      progress.ended(record!, false)
    }
    expect(last()).toMatch(/^\[10\/100\] 20 s, about 3 min 0 s left {2}\S/)
  })

  it('does not count cells that were kept for its pace', () => {
    const progress = open(110)
    for (let n = 0; n < 100; n++) progress.ended(record!, true)
    expect(last()).toMatch(/^\[100\/110\] 0 s {2}/)
    ms = 10_000
    for (let n = 0; n < 5; n++) progress.ended(record!, false)
    expect(last()).toMatch(/^\[105\/110\] 10 s, about 10 s left {2}/)
  })

  it('foretells nothing from too little, and nothing at the end', () => {
    const progress = open(6)
    ms = 70_000
    progress.ended(record!, false)
    expect(last()).toMatch(/^\[1\/6\] 1 min 10 s {2}/)
    for (let n = 0; n < 5; n++) progress.ended(record!, false)
    expect(last()).toMatch(/^\[6\/6\] 1 min 10 s {2}/)
  })

  it('shows a hostile reason as text, and no line wider than the terminal', () => {
    const why = '\u001b[2Jgone\nand more'
    const progress = open(2, 20)
    progress.ended({ ...record!, outcome: { kind: 'failed', why } }, false)
    expect(written[0]?.replace(ERASE, '')).toMatch(/^failed: .*: \u241b\[2Jgone\n$/)
    expect(last().length).toBeLessThan(20)
  })
})
