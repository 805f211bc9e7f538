// From a chart's specification to SVG and PNG without a browser. Invariant: equal specifications
// give equal bytes, since text is measured by the very font that draws it.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import { create, type Font } from 'fontkit'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { FONT, theme } from './theme.ts'

const require = createRequire(import.meta.url)
const fontFile = (weight: string): string =>
  require.resolve(`@expo-google-fonts/libertinus-serif/${weight}/LibertinusSerif_${weight}.ttf`)

export const fontFiles = {
  regular: fontFile('400Regular'),
  semiBold: fontFile('600SemiBold'),
  italic: fontFile('400Regular_Italic'),
} as const

/** A PNG has this many dots for one of the SVG. */
const PNG_ZOOM = 2

/** The specification with the house's theme, ready for vega-lite here or in a browser. */
export function themed(spec: TopLevelSpec): TopLevelSpec {
  return { ...spec, config: { ...theme, ...spec.config } }
}

/** Draws. Throws what vega-lite throws for a specification that is wrong; warnings are errors. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  await measureWithFont()
  const problems: string[] = []
  const logger = collector(problems)
  const compiled = compile(themed(spec), { logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger })
  vega.resetSVGDefIds()
  try {
    const svg = await view.toSVG()
    if (problems.length > 0)
      throw new Error(`the chart draws with warnings: ${problems.join('; ')}`)
    return svg
  } finally {
    view.finalize()
  }
}

/** The same picture in dots, on white. */
export function renderPng(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: PNG_ZOOM },
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(fontFiles),
      defaultFontFamily: FONT,
      serifFamily: FONT,
    },
  })
  return resvg.render().asPng()
}

let metrics: Promise<void> | undefined

/** vega guesses the width of text where there is no canvas; this tells it. */
function measureWithFont(): Promise<void> {
  metrics ??= (async () => {
    const [regular, semiBold] = await Promise.all([
      openFont(fontFiles.regular),
      openFont(fontFiles.semiBold),
    ])
    const width = (item: TextItem, text: unknown): number => {
      const line = String(text ?? item.text ?? '')
      const font = Number(item.fontWeight ?? 400) >= 600 || item.fontWeight === 'bold'
      const needed = advance(font ? semiBold : regular, line, item.fontSize ?? DEFAULT_SIZE)
      // Text over its limit is drawn cut, and takes no more room than that.
      return item.limit !== undefined && item.limit > 0 ? Math.min(needed, item.limit) : needed
    }
    const { textMetrics } = vega as unknown as { textMetrics: object }
    Object.assign(textMetrics, { width, measureWidth: width, estimateWidth: width })
  })()
  return metrics
}

/** vega's own default for text without a size. */
const DEFAULT_SIZE = 11

interface TextItem {
  readonly text?: unknown
  readonly fontSize?: number
  /** Width at which text is cut, in pixels; 0 is none. */
  readonly limit?: number
  readonly fontWeight?: number | string
}

async function openFont(path: string): Promise<Font> {
  return create(await readFile(path))
}

function advance(font: Font, text: string, size: number): number {
  return (font.layout(text).advanceWidth * size) / font.unitsPerEm
}

/** A logger for vega and vega-lite that keeps what went wrong. */
function collector(problems: string[]): vega.LoggerInterface {
  const keep = (...parts: readonly unknown[]): vega.LoggerInterface => {
    problems.push(parts.map(String).join(' '))
    return logger
  }
  const ignore = (): vega.LoggerInterface => logger
  const logger = {
    level: () => logger,
    error: keep,
    warn: keep,
    info: ignore,
    debug: ignore,
  } as unknown as vega.LoggerInterface
  return logger
}
