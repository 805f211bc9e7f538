// Every original frame has a backup of its own: frames are counted from outside, not entries. One walk
// that finds a violation refutes it, wherever it was made.

import { type CellRecord, cellName, rowName } from '../cell.ts'
import type { Claim, Comparison, Evidence, Observation } from '../claim.ts'
import { type CoverageSummary, coverageReadings, violations } from '../coverage.ts'
import { SPACES } from './backup-200kb.ts'
import { LOADS } from './thttpd.ts'
import { COMMANDS } from './xv6-commands.ts'

const BOOT = { workload: 'boot', parameters: {}, region: 'boot' }
const POINTS = [BOOT, ...COMMANDS, ...SPACES, ...LOADS]

export default {
  name: 'coverage',
  source: 'thesis 2013, abstract',
  says: 'every original space has a backup',
  unit: 'share of originals',
  accept: { kind: 'exactly', value: 1 },
  words: {
    card: 'Originals backed',
    before: 'Of the original frames,',
    after: 'have a backup of their own',
    lines: [],
  },
  comparisons: [
    { config: 'memv6' },
    { config: 'memvisor' },
    { config: 'memvisor-direct', lacks: 'direct paging' },
  ],
  judged: { noun: 'workload points', points: POINTS, seeds: 3 },
  refute: (evidence, of) => (violationsOf(evidence, of) > 0 ? share(evidence, of, 1) : undefined),
  observe(evidence, of, seeds) {
    const [one, ...more] = unwalked(evidence, of, seeds)
    if (one === undefined) return share(evidence, of, seeds.length)
    const others = more.length > 0 ? ` and ${more.length} more` : ''
    return { kind: 'not measured', why: `no walk after ${cellName(one)}${others}` }
  },
} satisfies Claim

/** Cells of the judged set whose rows hold no walk: they speak neither for the claim nor against it. */
function unwalked(
  { cells }: Evidence,
  { config }: Comparison,
  seeds: readonly number[],
): readonly CellRecord[] {
  const names = new Set(POINTS.map(rowName))
  return cells.filter(
    (cell) =>
      cell.config === config &&
      seeds.includes(cell.seed) &&
      names.has(rowName(cell)) &&
      coverageReadings(cell.rows).length === 0,
  )
}

/** What a config's coverage covers, and what is not counted as in use beside it. */
const SCOPES: ReadonlyMap<string, { readonly frames: string; readonly except?: string }> = new Map([
  ['user+tables', { frames: 'the frames of user pages and page tables' }],
  ['guest frames', { frames: "the guest's frames", except: "the hypervisor's own not counted" }],
])

/** The violations of the worst walk; those that no count holds stand in the outcome of their cell. */
function violationsOf({ coverage, cells }: Evidence, { config }: Comparison): number {
  const counted = coverage.filter((line) => line.config === config).map(violations)
  const told = cells
    .filter((cell) => cell.config === config)
    .map(({ outcome }) => (outcome.kind === 'violated' ? outcome.violations : 0))
  return Math.max(0, ...counted, ...told)
}

function share(evidence: Evidence, of: Comparison, samples: number): Observation {
  const guests = evidence.coverage.filter((line) => line.config === of.config)
  const sum = (count: (line: (typeof guests)[number]) => number): number =>
    guests.reduce((total, line) => total + count(line), 0)
  const originals = sum((line) => line.originals)
  const bad = violationsOf(evidence, of)
  if (originals === 0 && bad === 0) {
    return { kind: 'not measured', why: `no walk over ${of.config} counted an original frame` }
  }
  const value = originals === 0 ? 0 : Math.max(0, 1 - bad / originals)
  const walks = sum((line) => line.walks)
  return {
    kind: 'measured',
    estimate: { value, low: value, high: value, samples },
    spread: walks > 0 ? `worst of ${walks} walks` : 'one cell',
    of: denominator(evidence, of, guests),
    notes: [`${walks} walks, the worst with ${originals} originals and ${bad} violations`],
    cells: guests.map((line) => line.cell),
  }
}

/** The frames that the share is one of, and how many of those in use at the prompt they are. */
function denominator(
  { manifest }: Evidence,
  of: Comparison,
  guests: readonly CoverageSummary[],
): string {
  const prompts = guests.map(({ prompt }) => prompt)
  const covered = prompts.reduce((total, prompt) => total + (prompt?.originals ?? 0), 0)
  const inUse = prompts.reduce((total, prompt) => total + (prompt?.inUse ?? 0), 0)
  const coverage = manifest.configs.find(({ name }) => name === of.config)?.coverage ?? '?'
  const { frames, except } = SCOPES.get(coverage) ?? {
    frames: `the frames of coverage ${coverage}`,
  }
  if (inUse === 0) return `of ${frames}; those in use were not counted`
  const prompt = `of ${frames}: ${covered} of the ${inUse} in use at the prompt`
  return except === undefined ? prompt : `${prompt} (${except})`
}
