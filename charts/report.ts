// The report of a run: summary, tables, pictures and one page, drawn from its stored rows alone.
// Invariant: drawing twice gives the same bytes; a chart that cannot be drawn stops nothing else.

import { loadClaims } from '../results/claim.ts'
import { writeCsv } from '../results/csv.ts'
import { ownFolder, putFile } from '../results/run-file.ts'
import type { StoredRun } from '../results/store.ts'
import { exported, type Summary } from '../results/summary.ts'
import { type Chart, type ChartResults, captioned, chartResults, loadCharts } from './chart.ts'
import { reportPage } from './page.ts'
import { renderPng, renderSvg, themed } from './render.ts'
import type { Figure } from './section.ts'

export interface Report {
  readonly summary: Summary
  /** Paths of everything written. */
  readonly files: readonly string[]
  /** Charts that could not be drawn, with the reason. */
  readonly problems: readonly string[]
}

/** Writes the report of a run into its directory. Throws StoreError if it cannot. */
export async function writeReport(run: StoredRun): Promise<Report> {
  const { directory } = run
  const results = chartResults(run, await loadClaims())
  const { summary } = results
  const { figures, problems } = await drawFigures(results)
  const drawn = await writeFigures(directory, figures)
  problems.push(...drawn.problems)
  const files = [
    await putFile(directory, 'summary.json', `${JSON.stringify(exported(summary), null, 2)}\n`),
    ...(await writeCsv(run, summary)),
    ...drawn.files,
    await putFile(directory, 'report.html', await reportPage({ run, results, figures, problems })),
  ]
  return { summary, files, problems }
}

/** Every chart that has data, in its order; those of the folder `figures` if none are given. */
export async function drawFigures(
  results: ChartResults,
  charts?: readonly Chart[],
): Promise<{ figures: Figure[]; problems: string[] }> {
  const figures: Figure[] = []
  const problems: string[] = []
  for (const chart of charts ?? (await loadCharts())) {
    try {
      const figure = await drawFigure(chart, results)
      if (figure !== undefined) figures.push(figure)
    } catch (error) {
      problems.push(`chart ${chart.name}: ${(error as Error).message}`)
    }
  }
  return { figures, problems }
}

async function drawFigure(chart: Chart, results: ChartResults): Promise<Figure | undefined> {
  const spec = chart.draw(results)
  if (spec === undefined) return undefined
  return { chart: captioned(chart, results), spec: themed(spec), svg: await renderSvg(spec) }
}

/** Each figure as SVG, and in dots where it can be turned into dots. */
async function writeFigures(
  directory: string,
  figures: readonly Figure[],
): Promise<Pick<Report, 'files' | 'problems'>> {
  const folder = await ownFolder(directory, 'charts')
  const files: string[] = []
  const problems: string[] = []
  for (const { chart, svg } of figures) {
    files.push(await putFile(folder, `${chart.name}.svg`, svg))
    let png: Uint8Array
    try {
      png = renderPng(svg)
    } catch (error) {
      problems.push(`chart ${chart.name} as PNG: ${(error as Error).message}`)
      continue
    }
    files.push(await putFile(folder, `${chart.name}.png`, png))
  }
  return { files, problems }
}
