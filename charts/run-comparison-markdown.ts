// A run comparison in Markdown, for a pull request or a job's summary. Invariant: nothing that a run holds
// becomes markup, a link or a mention.

import { printableLine } from '../results/printable.ts'
import type { RunComparison } from '../results/run-comparison.ts'
import { count } from './extent.ts'
import {
  CHANGE_HEAD,
  changeRow,
  INPUT_HEAD,
  inputRows,
  remaindersOf,
  titleOf,
  warningsOf,
} from './run-comparison-words.ts'

/** Paragraphs and tables; ends with a newline. At most `limit` cells are listed. */
export function comparisonMarkdown(comparison: RunComparison, limit: number): string {
  const { changes } = comparison
  const shown = changes.slice(0, limit)
  const more = changes.length - shown.length
  const blocks = [
    ...warningsOf(comparison).map((text) => `> **${code(text)}**`),
    code(titleOf(comparison)),
    ...table(INPUT_HEAD, inputRows(comparison)),
    ...table(CHANGE_HEAD, shown.map(changeRow)),
    ...(more > 0 ? [`… and ${count(more, 'more cell')}.`] : []),
    ...(comparison.equal ? [] : remaindersOf(comparison).map(code)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(code)))].join('\n'),
  ]
}

/** Needs no care: a number, a share, nothing. */
const NUMBER = /^([+−]?[\d.,]+( %)?)?$/

/**
 * Text as code, in which GitHub looks for no mention; every character that Markdown could act on as an
 * entity.
 */
function code(text: string): string {
  if (NUMBER.test(text)) return text
  const safe = printableLine(text).replace(
    /[!-*:<>@[-`{-~]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  )
  return `<code>${safe}</code>`
}
