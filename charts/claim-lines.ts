// The claims and verdicts for a terminal: a line each, then the words of the verdicts, then what has no
// figure and why. Invariant: no line is wider than asked.

import { DEFINITIONS, type Verdict, verdicts } from '../results/claim.ts'
import type { ClaimVerdict, Summary } from '../results/summary.ts'
import { cut, flushLeft, wrap } from './columns.ts'
import { inUnit } from './numbers.ts'
import type { Paint, Paints } from './paints.ts'

export function claimBlock(summary: Summary, columns: number, paints: Paints): string[] {
  const measured = summary.claims.filter(({ measured: value }) => value !== null)
  const waiting = summary.claims.filter(({ measured: value }) => value === null)
  const cells = measured.map((claim) => [
    claim.verdict,
    claim.name,
    [claim.config, ...(claim.over === null ? [] : ['over', claim.over])].join(' '),
    `${inUnit(claim.measured ?? 0, claim.unit)} ${claim.metric ?? ''}`.trimEnd(),
    claim.expected,
    `${claim.profile}, ${claim.policy}`,
  ])
  const head = ['verdict', 'claim', 'judged on', 'measured', 'claimed', 'profile, policy']
  const [top = [], ...rows] = cells.length > 0 ? flushLeft([head, ...cells], columns) : []
  const painted = rows.flatMap((lines, i) => {
    const claim = measured[i]!
    const more = beside(claim).flatMap((text) => wrap(text, columns - INDENT.length))
    return [
      ...lines.map(paintFor(claim.verdict, paints)),
      ...more.map((text) => paints.dim(cut(`${INDENT}${text}`, columns))),
    ]
  })
  const words = [...meanings(measured), ...waits(waiting)].flatMap((text) => wrap(text, columns))
  return [
    '',
    ...top.map(paints.bold),
    ...painted,
    ...words.map((text) => paints.dim(cut(text, columns))),
  ]
}

const INDENT = '  '

function paintFor(verdict: Verdict, { good, bad, dim }: Paints): Paint {
  switch (verdict) {
    case 'reproduced':
    case 'better':
      return good
    case 'differs':
      return bad
    case 'inconclusive':
      return (text) => text
    case 'not measured':
      return dim
    default:
      return verdict satisfies never
  }
}

/** What a reader needs beside the figure: what it is a share of, or the spread that left it open. */
function beside({ of, spread, low, high, unit, verdict }: ClaimVerdict): string[] {
  if (of !== null) return [of]
  if (verdict !== 'inconclusive' || low === null || high === null) return []
  return [`${spread}: ${inUnit(low, unit)} … ${inUnit(high, unit)}`]
}

/** The verdicts of this table in words. */
function meanings(claims: readonly ClaimVerdict[]): string[] {
  return verdicts
    .filter((word) => claims.some(({ verdict }) => verdict === word))
    .map((word) => `${word}: ${DEFINITIONS[word]}`)
}

/** What has no figure, the claims of one reason together; those without a config yet in one line. */
function waits(claims: readonly ClaimVerdict[]): string[] {
  const groups = Map.groupBy(claims, ({ config, notes }) =>
    config === null ? 'this version lacks their configs; see the report' : notes.join('; '),
  )
  return [...groups].map(([why, same]) => {
    const names = same.map(({ name, config }) => (config ? `${name} (${config})` : name))
    return `not measured: ${[...new Set(names)].join(', ')}: ${why}`
  })
}
