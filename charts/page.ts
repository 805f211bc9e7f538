// report.html: the page as a whole. Invariant: one file that asks for nothing from outside, whose
// only scripts are those named by hash in its policy; without scripts it still shows everything.

import { createHash } from 'node:crypto'
import { contents } from './contents.ts'
import { extent } from './extent.ts'
import { html, jsonForScript, trusted } from './html.ts'
import { interactiveScripts } from './page-scripts.ts'
import { pageStyle } from './page-style.ts'
import type { Page, PageSection } from './section.ts'
import { abstractSection } from './sections/abstract.ts'
import { answersSection } from './sections/answers.ts'
import { cellsSection } from './sections/cells.ts'
import { claimsSection } from './sections/claims.ts'
import { coverageSection } from './sections/coverage.ts'
import { figuresSection } from './sections/figures.ts'
import { latenciesSection } from './sections/latencies.ts'
import { methodSection } from './sections/method.ts'
import { overheadsSection } from './sections/overheads.ts'
import { setupSection } from './sections/setup.ts'
import { threatsSection } from './sections/threats.ts'

/** The sections in reading order: one line each. */
const sections: readonly PageSection[] = [
  abstractSection,
  answersSection,
  setupSection,
  methodSection,
  claimsSection,
  figuresSection,
  overheadsSection,
  latenciesSection,
  coverageSection,
  threatsSection,
  cellsSection,
]

export async function reportPage(page: Page): Promise<string> {
  const { manifest } = page.results
  const style = await pageStyle()
  const scripts = await interactiveScripts()
  const specs = Object.fromEntries(page.figures.map(({ chart, spec }) => [chart.name, spec]))
  const body = sections.map((section) => section(page)).filter((made) => made !== undefined)
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<title>What memory backups cost: ${manifest.run}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<p class="kicker">mirrorbench · run ${manifest.run} · ${extent(page.results.summary)}</p>
<h1>What memory backups cost</h1>
<p class="subtitle">Memv6 and Memvisor, measured on an emulated RISC-V computer that is
deterministic to the cycle, against the figures of the thesis</p>
</header>
${contents(body)}<main>
${body}
</main>
<footer><p>Drawn from the stored rows of run ${manifest.run} by <code>mirrorbench report</code>. The
rows are beside this page in <code>rows.jsonl</code> and <code>rows.csv</code>.</p></footer>
<script type="application/json" id="specs">${jsonForScript(specs)}</script>
${scripts.map((code) => html`<script>${trusted(code)}</script>\n`)}
</body>
</html>
`
  return whole.text
}

/** Scripts by their hash, nothing from any other place, and no way out. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map(
    (code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    `script-src ${hashes.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}
