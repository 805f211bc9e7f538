// The look of report.html: a paper on a screen, light or dark, narrow or wide, and on real paper.

import { readFile } from 'node:fs/promises'
import { fontFiles } from './render.ts'
import { FONT } from './theme.ts'
import { REPORT_CHARACTERS, webFont } from './web-font.ts'

/** Colours of verdicts keep their meaning by their words, never by hue alone. */
const css = `
:root { color-scheme: light dark; --ink: #1d1d1b; --soft: #5c5c58; --paper: #fdfdfb;
  --line: #dcdcd6;
  --card: #f5f5f1; --good: #00664b; --bad: #a84300; --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #a9a7a1; --paper: #191a1b;
  --line: #3a3b3c; --card: #222426; --good: #4cc9a0; --bad: #ff9a5c; --accent: #6db8ea; }
  .drawn svg, .live svg { filter: invert(0.9) hue-rotate(180deg); } }
* { box-sizing: border-box; }
html { font-size: 17px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font-family: 'Libertinus Serif', 'Libertinus', Georgia, 'Times New Roman', serif;
  font-variant-numeric: lining-nums; }
header, main, footer { max-width: 50rem; margin: 0 auto; padding: 0 1.2rem; }
header { padding-top: 3.2rem; text-align: center; }
.kicker { color: var(--soft); margin: 0; letter-spacing: 0.04em; }
h1 { font-size: 2.5rem; line-height: 1.15; margin: 0.4rem 0 0.5rem; font-weight: 600; }
.subtitle { color: var(--soft); font-size: 1.1rem; margin: 0 auto 2rem; max-width: 36rem; }
h2 { font-size: 1.45rem; font-weight: 600; margin: 3rem 0 0.6rem; }
h3 { font-size: 1.12rem; font-weight: 600; margin: 1.8rem 0 0.4rem; }
p { margin: 0.6rem 0; }
a { color: var(--accent); }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  font-size: 0.82em; }
.abstract { border-block: 1px solid var(--line); padding: 0.9rem 0; }
.abstract p:first-child::before { content: 'Abstract. '; font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.8rem;
  margin: 1.4rem 0; padding: 0; list-style: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  padding: 0.8rem 0.9rem; }
.card h3 { margin: 0; font-size: 1rem; }
.card .claimed { color: var(--soft); margin: 0 0 0.5rem; font-size: 0.88rem; }
.card dl { margin: 0; }
.card dt { color: var(--soft); font-size: 0.88rem; }
.card .over { font-size: 0.86em; white-space: nowrap; }
.card dd { margin: 0 0 0.45rem; }
.card .why { white-space: normal; color: var(--soft); }
.card .second { font-size: 1.05rem; }
.card .figure { font-size: 1.6rem; line-height: 1.2; display: block; }
.verdict { white-space: nowrap; font-style: normal; }
.reproduced, .better { color: var(--good); } .differs { color: var(--bad);
  font-weight: 600; }
.not-measured, .inconclusive { color: var(--soft); }
.verdict::before { margin-right: 0.3em; }
.reproduced::before, .better::before { content: '✓'; } .differs::before { content: '≠'; }
.not-measured::before { content: '–'; } .inconclusive::before { content: '?'; }
figure { margin: 1.8rem 0 2.4rem; }
figure > h3 { margin: 0 0 0.6rem; }
.chart { overflow-x: auto; }
.chart .marks, .drawn svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.chart .live { text-align: center; } .chart .vega-embed { width: 100%; }
.chart .vega-embed.has-actions { padding-right: 0; } .chart details { margin: 0; }
.sideways { display: none; margin: 0; color: var(--soft); font-size: 0.88rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.numbers { font-size: 0.92rem; } .numbers .wide { max-height: 26rem; overflow: auto; }
.contents { max-width: 50rem; margin: 0 auto; padding: 0 1.2rem; }
.contents ol { display: flex; flex-wrap: wrap; gap: 0.2rem 1.3rem; justify-content: center;
  margin: 0 0 1.6rem; padding: 0; list-style: none; font-size: 0.95rem; }
.contents a { text-decoration: none; } .contents a:hover { text-decoration: underline; }
@media (min-width: 84rem) { .contents { position: fixed; left: calc(50% - 41rem); top: 3.4rem;
  width: 13rem; max-height: calc(100vh - 6rem); overflow-y: auto; margin: 0; }
  .contents ol { display: block; } .contents li { margin: 0.3rem 0; } }
section { scroll-margin-top: 1rem; }
figcaption { color: var(--soft); font-size: 0.92rem; margin-top: 0.5rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
@media (min-width: 64rem) { .broad { margin-inline: -4.5rem; } }
table { border-collapse: collapse; width: 100%; font-size: 0.86rem;
  border-block: 1.5px solid var(--ink); }
caption { text-align: left; color: var(--soft); padding-bottom: 0.4rem; }
th, td { text-align: left; padding: 0.28rem 0.6rem 0.28rem 0; vertical-align: top; }
thead th { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 400; }
td.number, th.number { text-align: right; white-space: nowrap;
  font-variant-numeric: lining-nums tabular-nums; }
td.number .clock { color: var(--soft); }
td.number .inline { color: var(--soft); font-size: 0.88em; }
td.number .interval { color: var(--soft); font-size: 0.88em; display: block; }
td.number .share { white-space: normal; min-width: 11em; }
.note { color: var(--soft); font-size: 0.9em; }
details { margin: 0.8rem 0; } summary { cursor: pointer; }
summary::marker { color: var(--accent); } .bad { color: var(--bad); }
.why { white-space: pre-line; overflow-wrap: anywhere; }
.warning { border-left: 3px solid var(--bad); padding-left: 0.8rem; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 4px; overflow-x: auto;
  padding: 0.6rem 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; }
.image { white-space: nowrap; }
code.hash { overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: 0.88rem; margin-top: 3rem; padding-bottom: 3rem;
  border-top: 1px solid var(--line); }
@media (max-width: 40rem) { html { font-size: 16px; } h1 { font-size: 1.9rem; }
  header { padding-top: 1.6rem; } .sideways { display: block; }
  .drawn svg, .chart .marks { width: 100%; min-width: 32rem; }
  .live.vega-embed { padding-top: 2.2rem; } .live.vega-embed summary { opacity: 1; } }
@media screen and (max-width: 40rem) {
  table, caption, tbody, tr, tbody th, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: 0.5rem 0; } tbody tr + tr > * { border-top: 0; }
  tbody tr + tr { border-top: 1px solid var(--line); } th, td { padding: 0.1rem 0; }
  tbody th { font-weight: 600; } td { overflow: hidden; overflow-wrap: anywhere; }
  td[data-column]::before { content: attr(data-column) ': '; color: var(--soft); }
  td.number[data-column]::before { content: attr(data-column); float: left;
    margin-right: 1rem; } }
@page { margin: 14mm 12mm; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #bbb;
  --card: #fff; --good: #000; --bad: #000; } html { font-size: 10pt; }
  .live, .contents, .sideways { display: none !important; }
  .drawn[hidden] { display: block !important; }
  .drawn svg { filter: none; max-width: 100%; max-height: 88mm; min-width: 0; width: auto; }
  figure { margin: 5mm 0; } figure > h3 { margin: 0 0 2mm; } h2 { margin-top: 8mm; }
  .chart, figcaption, tr, .card { break-inside: avoid; } .chart { break-after: avoid; }
  h2, h3, summary, caption { break-after: avoid; } thead { display: table-header-group; break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; color: var(--soft); }
  table { font-size: 8pt; } th, td { padding: 0.6mm 2mm 0.6mm 0; }
  #cells table, .numbers table { font-size: 6.5pt; line-height: 1.2; }
  #cells table { font-size: 5.5pt; } #cells th, #cells td { padding-block: 0.3mm; }
  #cells .wide { columns: 2; column-gap: 6mm; } #cells .hash { white-space: nowrap; }
  .unseen { display: none; }
  .wide, .chart, .numbers .wide, pre { overflow: visible; max-height: none; }
  .broad { margin-inline: 0; } header, main, footer { max-width: none; padding: 0; } }
`

/** The style sheet, with its letters in it. */
export async function pageStyle(): Promise<string> {
  const faces = await Promise.all([
    face(fontFiles.regular, 400, 'normal'),
    face(fontFiles.semiBold, 600, 'normal'),
    face(fontFiles.italic, 400, 'italic'),
  ])
  return `${faces.join('')}${css}`
}

async function face(path: string, weight: number, style: string): Promise<string> {
  const woff = await webFont(await readFile(path), REPORT_CHARACTERS)
  return `@font-face { font-family: '${FONT}'; font-weight: ${weight}; font-style: ${style};
  src: url(data:font/woff;base64,${woff.toString('base64')}) format('woff'); }\n`
}
