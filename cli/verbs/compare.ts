// compare BASE NEW: two runs against each other, virtual figures exactly. Invariant: unlike runs are
// compared only on request; what a side lacks is in the exit code.

import { Command } from 'commander'
import { printableJson } from '../../results/printable.ts'
import type { RunComparison } from '../../results/run-comparison.ts'
import { FAILED_CHECK, FINE, PARTIAL, UsageError } from '../exit.ts'
import { wholeNumber } from '../options.ts'
import { PURPOSE } from '../verbs.ts'

interface Options {
  readonly unlike?: boolean
  readonly failOnRegression?: boolean
  readonly failOnChange?: boolean
  readonly json?: boolean
  readonly markdown?: boolean
  readonly limit?: number
}

/** Cells that a comment on a pull request has room for. */
const MARKDOWN_LIMIT = 100

export default new Command('compare')
  .helpGroup(PURPOSE.measure)
  .description('compares the virtual figures of two runs, exactly; host time is left out')
  .argument('<base>', 'the directory of a run, or the name of a promoted run')
  .argument('<new>', 'the same, for the run that is judged')
  .option('--unlike', 'compare runs of other profiles, back ends or seeds too, and say so')
  .option('--fail-on-regression', 'exit code 1 if a virtual figure or an outcome got worse')
  .option('--fail-on-change', 'exit code 1 if anything differs')
  .option('--limit <n>', 'list at most n cells', wholeNumber(1))
  .option('--json', 'print the whole comparison as JSON')
  .option('--markdown', 'print Markdown, for a pull request or a job summary')
  .action(async (base: string, next: string, options: Options) => {
    if (options.json && options.markdown) {
      throw new UsageError('expected --json or --markdown, got both. Leave one out')
    }
    const comparison = await comparedRuns(base, next, options.unlike ?? false)
    process.stdout.write(await written(comparison, options))
    process.exitCode = exitCodeOf(comparison, options)
  })

async function comparedRuns(base: string, next: string, unlike: boolean): Promise<RunComparison> {
  const { comparedRun } = await import('../compared-run.ts')
  const { compareRuns } = await import('../../results/run-comparison.ts')
  const comparison = compareRuns(await comparedRun(base), await comparedRun(next))
  if (comparison.unlike.length > 0 && !unlike) {
    const [got, ...more] = comparison.unlike.map(
      ({ input, base: one, new: other }) => `${input} ${one} in ${base} and ${other} in ${next}`,
    )
    const rest = more.length > 0 ? `; ${more.join('; ')}` : ''
    throw new UsageError(`expected runs that are alike, got ${got}${rest}. Try: compare --unlike`)
  }
  const { cells } = comparison
  if (cells.compared + cells.live.length === 0) {
    throw new UsageError(
      `expected cells that both runs have, got none: ${base} has ${cells.onlyBase[0]}, ${next} has ${cells.onlyNew[0]}. Name runs of the same workloads, configs and seeds`,
    )
  }
  return comparison
}

async function written(comparison: RunComparison, options: Options): Promise<string> {
  if (options.json) return `${printableJson(comparison, 2)}\n`
  if (options.markdown) {
    const { comparisonMarkdown } = await import('../../charts/run-comparison-markdown.ts')
    return comparisonMarkdown(comparison, options.limit ?? MARKDOWN_LIMIT)
  }
  const { comparisonText } = await import('../../charts/run-comparison-text.ts')
  const { columns, isTTY } = process.stdout
  return comparisonText(comparison, {
    colour: isTTY === true && !process.env.NO_COLOR,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    ...(columns ? { columns } : {}),
  })
}

/** 1 for what the options forbid, 3 where a side lacks cells that it planned, else 0. */
function exitCodeOf(comparison: RunComparison, options: Options): number {
  if (options.failOnRegression && comparison.regression) return FAILED_CHECK
  if (options.failOnChange && !comparison.equal) return FAILED_CHECK
  const lacks = [comparison.base, comparison.new].some(
    ({ missing, failed, torn }) => missing.length + failed.length > 0 || torn,
  )
  return lacks ? PARTIAL : FINE
}
