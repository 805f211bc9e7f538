// How charts look: one colour and one shape for each config in every chart, so that grey print and
// colour-blind eyes tell them apart.

import type { Config as VegaConfig } from 'vega-lite'

export const FONT = 'Libertinus Serif'
const FAMILY = `"${FONT}", Georgia, "Times New Roman", serif`

/** Okabe and Ito 2008, without yellow, which is too pale on paper. */
const colours = {
  black: '#000000',
  orange: '#e69f00',
  skyBlue: '#56b4e9',
  green: '#009e73',
  blue: '#0072b2',
  vermillion: '#d55e00',
  purple: '#cc79a7',
} as const

/** The thesis's figures are drawn in this, behind ours. */
export const BAND = '#d9d9d9'
export const LIMIT = '#666666'
const INK = '#222222'

interface Look {
  readonly colour: string
  readonly shape: string
}

/** Configs of the thesis keep their look; others take the rest in their order. */
const known: ReadonlyMap<string, Look> = new Map([
  ['none', { colour: '#555555', shape: 'circle' }],
  ['memv6', { colour: colours.blue, shape: 'square' }],
  ['visor-shadow', { colour: colours.orange, shape: 'triangle-up' }],
  ['memvisor', { colour: colours.vermillion, shape: 'diamond' }],
])
const others: readonly Look[] = [
  { colour: colours.green, shape: 'triangle-down' },
  { colour: colours.purple, shape: 'cross' },
  { colour: colours.skyBlue, shape: 'triangle-right' },
  { colour: colours.black, shape: 'triangle-left' },
]

/** Scales over labels, each looking as the config that it begins with if no label before it does. */
export function looks(labels: readonly string[]): {
  readonly colour: { domain: string[]; range: string[] }
  readonly shape: { domain: string[]; range: string[] }
} {
  let next = 0
  const taken = new Set<string>()
  const of = labels.map((label) => {
    const config = label.split(' ')[0] ?? label
    const look = taken.has(config) ? undefined : known.get(config)
    taken.add(config)
    return look ?? others[next++ % others.length]!
  })
  const domain = [...labels]
  return {
    colour: { domain, range: of.map(({ colour }) => colour) },
    shape: { domain, range: of.map(({ shape }) => shape) },
  }
}

/** How charts write numbers: as the tables do, with a blank before the percent sign. */
export const NUMBERS = {
  decimal: '.',
  thousands: ',',
  grouping: [3],
  currency: ['$', ''] as [string, string],
  percent: ' %',
}

/** Settings of every chart. The background is clear; what shows a chart puts paper under it. */
export const theme: VegaConfig = {
  background: 'transparent',
  font: FAMILY,
  padding: 6,
  locale: { number: NUMBERS },
  view: { stroke: null },
  axis: {
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: 400,
    titlePadding: 8,
    labelColor: INK,
    titleColor: INK,
    domainColor: '#888888',
    tickColor: '#888888',
    gridColor: '#e4e4e4',
    labelAngle: 0,
    labelLimit: 260,
  },
  legend: {
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: 400,
    labelColor: INK,
    symbolOpacity: 1,
    symbolSize: 90,
    labelLimit: 320,
    orient: 'top',
    title: null,
    offset: 8,
  },
  header: { labelFontSize: 14, labelColor: INK, titleColor: INK },
  title: { fontSize: 14, fontWeight: 600, color: INK, anchor: 'start' },
  point: { filled: true, size: 80, opacity: 1 },
  rule: { opacity: 1 },
  text: { fontSize: 13, color: INK },
}
