// Progress: what a run is doing, on stderr. One live line on a terminal; otherwise plain lines, few of
// them. Failures are told at once in both.

import { cellName } from '../results/cell.ts'
import { printableLine } from '../results/printable.ts'
import type { CellRecord } from '../results/store.ts'

export interface ProgressLine {
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
): ProgressLine {
  const live = stream.isTTY === true && !process.env.CI
  const began = now()
  let done = 0
  let failed = 0
  let kept = 0
  let told = began
  const line = (name: string): string => {
    const spent = now() - began
    const left = timeLeft(spent, done - kept, total - done)
    const trouble = failed > 0 ? `, ${failed} without a result` : ''
    return printableLine(`[${done}/${total}${trouble}] ${duration(spent)}${left}  ${name}`)
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
      if (reused) kept++
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

/** Fewer cells say nothing: the first of each process boot a computer. */
const LEAST_RUN = 5

/** The time that the rest takes at the pace so far, of which cells that were kept tell nothing. */
function timeLeft(spentMs: number, run: number, left: number): string {
  if (run < LEAST_RUN || left === 0) return ''
  return `, about ${duration((spentMs / run) * left)} left`
}

const SECOND_MS = 1000
const MINUTE_S = 60

/** `7 s`, `2 min 5 s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS)
  const minutes = Math.floor(seconds / MINUTE_S)
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % MINUTE_S} s`
}
