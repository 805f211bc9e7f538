// The method, in the words that the tables need.

import type { SeriesTable } from '../../results/series.ts'
import { medianOf } from '../../results/series.ts'
import { SPREAD_DEFINITION } from '../../results/spread.ts'
import { type Html, html } from '../html.ts'
import { whole } from '../numbers.ts'
import type { Page } from '../section.ts'

export function methodSection({ results }: Page): Html {
  return html`<section id="method">
<h2>Method</h2>
<p>A <em>cell</em> is one workload at one parameter point under one config with one seed. Its result
in virtual time is a function of its key: the same images, config, profile, parameters and seed give
the same cycles on every host. Seeds vary the order in which frames are allocated; every figure is
the median over seeds, which are paired between configs. Beside it stands its <em>spread</em>:
${SPREAD_DEFINITION}. The interval is that of the sign test, from order statistics. A spread therefore
says how far a result is an accident of one layout; there is no other noise in it.</p>
<p><em>Overhead</em> is value / baseline config’s value − 1, in <em>wall</em> cycles (all of virtual
time) and in <em>busy</em> cycles (without waiting for interrupts), because idle time dilutes any
cost. For Memvisor three figures stand together: over its control (the same hypervisor without
backups), net of its control as a share of no hypervisor at all, and over no hypervisor.</p>
${floor(results.series)}
</section>`
}

/** The cost of measuring itself, under every config. */
function floor(series: SeriesTable): Html | undefined {
  const noops = series.all.filter(
    ({ workload, metric, unit }) => workload === 'noop' && metric === 'wall' && unit === 'cycles',
  )
  if (noops.length === 0) return undefined
  const figures = noops.map((one) => whole(medianOf(one)))
  const words =
    new Set(figures).size === 1
      ? [`${figures[0]} under every config`]
      : noops.map((one, i) => `${figures[i]} under ${one.config}`)
  return html`<p>The floor of every number is the workload <code>noop</code>, which measures
nothing: in cycles, ${words.join(', ')}.</p>`
}
