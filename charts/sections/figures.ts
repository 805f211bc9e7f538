// The charts, drawn; scripts put interactive ones in their place.

import { type ChartNumbers, chartNumbers } from '../chart-numbers.ts'
import { type Html, html, trusted } from '../html.ts'
import { htmlTable, number } from '../html-table.ts'
import type { Figure, Page } from '../section.ts'

/** The chart of the answers stands above and is not shown again. */
const SHOWN_ABOVE = 'thesis'

export function figuresSection({ figures, problems }: Page): Html | undefined {
  const shown = figures.filter(({ chart }) => chart.name !== SHOWN_ABOVE)
  if (shown.length === 0 && problems.length === 0) return undefined
  return html`<section id="figures">
<h2>Figures</h2>
${shown.map(figureOf)}
${problems.map((problem) => html`<p class="note">Not drawn: ${problem}</p>`)}
</section>`
}

export function figureOf({ chart, spec, svg }: Figure): Html {
  const about = `about-${chart.name}`
  return html`<figure id="chart-${chart.name}">
<h3>${chart.title}</h3>
<p class="sideways">This chart is wider than the screen: it scrolls sideways.</p>
<div class="chart" tabindex="0" role="region" aria-label="Chart: ${chart.title}"
data-chart="${chart.name}" data-title="${chart.title}" data-about="${about}"><div
class="drawn">${trusted(inline(chart.name, chart.title, about, svg))}</div></div>
<figcaption id="${about}">${chart.about}</figcaption>
<details class="numbers"><summary>The numbers of this chart<span class="unseen">:
${chart.title}</span></summary>
${chartNumbers(spec).map((table) => numbersTable(chart.title, table))}</details>
</figure>
`
}

function numbersTable(title: string, { columns, rows }: ChartNumbers): Html {
  return htmlTable({
    label: `Numbers: ${title}`,
    columns: columns.map((column) => (column.isNumber ? number(column.title) : column.title)),
    rows: rows.map((cells) => ({ cells })),
  })
}

/**
 * The drawing as one picture with a name: its marks say nothing one by one, its caption and its
 * table do. Its ids are made unlike those of every other drawing.
 */
function inline(name: string, title: string, about: string, svg: string): string {
  const label = html`role="img" aria-label="${title}" aria-describedby="${about}"`.text
  return svg
    .replaceAll(/\bid="([\w-]+)"/g, `id="${name}-$1"`)
    .replaceAll(/url\(#([\w-]+)\)/g, `url(#${name}-$1)`)
    .replace('<g ', '<g aria-hidden="true" ')
    .replace('<svg ', `<svg ${label} `)
}
