// The charts, drawn; scripts put interactive ones in their place.

import { type Html, html, trusted } from '../html.ts'
import type { Figure, Page } from '../page.ts'

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

export function figureOf({ chart, svg }: Figure): Html {
  return html`<figure id="chart-${chart.name}">
<h3>${chart.title}</h3>
<div class="chart" data-chart="${chart.name}"><div
class="drawn">${trusted(inline(chart.name, chart.title, svg))}</div></div>
<figcaption>${chart.about}</figcaption>
</figure>
`
}

/** The drawing with a name for who cannot see it, and with ids that no other drawing has. */
function inline(name: string, title: string, svg: string): string {
  const label = html`role="img" aria-label="${title}"`.text
  return svg
    .replaceAll(/\bid="([\w-]+)"/g, `id="${name}-$1"`)
    .replaceAll(/url\(#([\w-]+)\)/g, `url(#${name}-$1)`)
    .replace('<svg ', `<svg ${label} `)
}
