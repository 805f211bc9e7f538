// Progress: what a run is doing, on stderr. One live line on a terminal; otherwise plain lines, few of
// them. Failures are told at once in both.

import { cellName } from '../results/cell.ts'
import { printableLine } from '../results/printable.ts'
import type { CellRecord } from '../results/store.ts'

export interface Progress {
  started(name: string): void
  ended(record: CellRecord, reused: boolean): void
  close(): void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const PLAIN_EVERY_MS = 5000
const ERASE_LINE = '\r\u001b[2K'

export function openProgress(
  total: number,
  stream: Stream = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  const live = stream.isTTY === true && !process.env.CI
  const began = now()
  let done = 0
  let failed = 0
  let told = began
  const line = (name: string): string => {
    const seconds = Math.round((now() - began) / 1000)
    const trouble = failed > 0 ? `, ${failed} without a result` : ''
    return printableLine(`[${done}/${total}${trouble}] ${seconds} s  ${name}`)
  }
  const show = (name: string, last = false): void => {
    if (live) {
      stream.write(`${ERASE_LINE}${line(name).slice(0, (stream.columns || 80) - 1)}`)
    } else if (last || now() - told >= PLAIN_EVERY_MS) {
      told = now()
      stream.write(`${line(name)}\n`)
    }
  }
  return {
    started: (name) => show(name),
    ended: (record, reused) => {
      done++
      const { outcome } = record
      if (outcome.kind !== 'done') {
        failed++
        const why = outcome.why.split('\n')[0]
        const text = printableLine(`${outcome.kind}: ${cellName(record)}: ${why}`)
        stream.write(`${live ? ERASE_LINE : ''}${text}\n`)
      }
      show(`${cellName(record)}${reused ? ' (kept)' : ''}`, done === total)
    },
    close: () => {
      if (live) stream.write(ERASE_LINE)
    },
  }
}
