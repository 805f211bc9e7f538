// Drawing without a browser: the same bytes each time, measured by the font, warnings are errors.

import { readFile } from 'node:fs/promises'
import { create, type Font } from 'fontkit'
import type { TopLevelSpec } from 'vega-lite'
import { describe, expect, test } from 'vitest'
import { codeForScript, escapeText, html, jsonForScript } from './html.ts'
import { bytes, duration, inUnit, signedPercent, significant, whole } from './numbers.ts'
import { fontFiles, renderPng, renderSvg } from './render.ts'
import { looks } from './theme.ts'
import { REPORT_CHARACTERS, webFont } from './web-font.ts'

function bars(label: string): TopLevelSpec {
  return {
    width: 100,
    height: 40,
    data: { values: [{ y: label, x: 3 }] },
    mark: 'bar',
    encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'nominal' } },
  }
}

const widthOf = (svg: string): number => Number(/width="([\d.]+)"/.exec(svg)?.[1])

describe('SVG and PNG', () => {
  test('the same bytes each time', async () => {
    const [one, two] = [await renderSvg(bars('a')), await renderSvg(bars('a'))]
    expect(one).toBe(two)
    expect(Buffer.compare(renderPng(one), renderPng(two))).toBe(0)
  })

  test('text is measured by the font: wide letters make a wide chart', async () => {
    const [narrow, wide] = [await renderSvg(bars('iiiiiiii')), await renderSvg(bars('WWWWWWWW'))]
    const font = create(await readFile(fontFiles.regular))
    const em = (text: string): number => font.layout(text).advanceWidth / font.unitsPerEm
    const labels = 13 * (em('WWWWWWWW') - em('iiiiiiii'))
    expect(widthOf(wide) - widthOf(narrow)).toBeGreaterThan(labels - 3)
    expect(widthOf(wide) - widthOf(narrow)).toBeLessThan(labels + 3)
  })

  test('a label too long for its place is cut, and leaves no blank behind', async () => {
    const long = await renderSvg(bars('W'.repeat(60)))
    const longer = await renderSvg(bars('W'.repeat(300)))
    expect(long).toMatch(/>W+…</)
    expect(widthOf(long)).toBeLessThan(100 + 260 + 40)
    expect(widthOf(longer)).toBe(widthOf(long))
  })

  test('a PNG of twice the size', async () => {
    const svg = await renderSvg(bars('a'))
    const png = Buffer.from(renderPng(svg))
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
    expect(png.readUInt32BE(16)).toBe(2 * widthOf(svg))
  })

  test('a warning is an error', async () => {
    const bad = {
      ...bars('a'),
      encoding: { x: { field: 'x', type: 'quantitative', scale: { type: 'point' } } },
    }
    await expect(renderSvg(bad as unknown as TopLevelSpec)).rejects.toThrow(/warnings/)
  })

  test('hostile labels are text in the drawing', async () => {
    const svg = await renderSvg(bars('<script>x</script>&"'))
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;')
  })
})

describe('looks', () => {
  test('no two configs share colour and shape, grey included', () => {
    const { colour, shape } = looks(['none', 'memv6', 'visor-shadow', 'memvisor', 'x', 'y'])
    expect(new Set(colour.range).size).toBe(6)
    expect(new Set(shape.range).size).toBe(6)
    expect(looks(['memvisor over none']).colour.range).toEqual([colour.range[3]])
  })
})

describe('the web font', () => {
  test('keeps the letters of a report and little else', async () => {
    const ttf = await readFile(fontFiles.regular)
    const woff = await webFont(ttf, REPORT_CHARACTERS)
    expect(woff.toString('latin1', 0, 4)).toBe('wOFF')
    expect(woff.length).toBeLessThan(ttf.length / 10)
    const [whole, cut] = [create(ttf), create(woff)]
    const has = (font: Font, letter: string) => font.hasGlyphForCodePoint(letter.codePointAt(0)!)
    const kept = [...REPORT_CHARACTERS].filter((letter) => has(whole, letter))
    expect(kept.filter((letter) => !has(cut, letter))).toEqual([])
    expect(kept.length).toBeGreaterThan(130)
    expect([has(whole, 'Ж'), has(cut, 'Ж')]).toEqual([true, false])
  })

  test('draws a text as wide as the whole font does, with kerning', async () => {
    const ttf = await readFile(fontFiles.regular)
    const [whole, cut] = [create(ttf), create(await webFont(ttf, REPORT_CHARACTERS))]
    for (const text of ['Memvisor', 'AVATAR To', '5–8 %', '≤ é ü', 'efficient']) {
      expect(cut.layout(text).advanceWidth, text).toBe(whole.layout(text).advanceWidth)
    }
    const letters = [...'AVATAR'].map((letter) => cut.layout(letter).advanceWidth)
    expect(cut.layout('AVATAR').advanceWidth).toBeLessThan(letters.reduce((a, b) => a + b))
  })

  test('is the same bytes each time', async () => {
    const ttf = await readFile(fontFiles.italic)
    expect(await webFont(ttf, 'abc')).toEqual(await webFont(ttf, 'abc'))
  })

  test('refuses what is not a font', async () => {
    await expect(webFont(Buffer.alloc(64), 'a')).rejects.toThrow(/font/i)
  })
})

describe('html', () => {
  test('escapes every value, nested ones once', () => {
    const inner = html`<i>${'<&>'}</i>`
    expect(html`<b title="${'"'}">${[inner, '<']}</b>`.text).toBe(
      '<b title="&quot;"><i>&lt;&amp;&gt;</i>&lt;</b>',
    )
    expect(html`${undefined}${0}`.text).toBe('0')
  })

  test('shows control and direction characters as pictures', () => {
    expect(escapeText('a\u001b[31m\u0000\u007f\u202eb\tc\nd')).toBe('a␛[31m␀␡\ufffdb\tc\nd')
  })

  test('nothing in JSON or code can end a script', () => {
    const value = { a: '</script><!--' }
    expect(jsonForScript(value).text).not.toContain('<')
    expect(JSON.parse(jsonForScript(value).text)).toEqual(value)
    expect(codeForScript('"</SCRIPT><!--"').text).toBe('"<\\/script>\\x3c!--"')
  })
})

describe('numbers', () => {
  test.each([
    [signedPercent(0.0581), '+5.8 %'],
    [signedPercent(-0.0581), '−5.8 %'],
    [signedPercent(-0.00001), '0.0 %'],
    [signedPercent(-41.169), '−4,116.9 %'],
    [inUnit(0.0581, 'fraction'), '+5.81 %'],
    [inUnit(0.14325, 'ms'), '0.143 ms'],
    [inUnit(0.0353, 'ms'), '35.3 µs'],
    [inUnit(0, 'ms'), '0 ms'],
    [inUnit(1, 'share of originals'), '100 %'],
    [inUnit(0.99, 'share of originals'), '99.000 %'],
    [inUnit(0.999996, 'share of originals'), '99.9996 %'],
    [inUnit(1 - 2 ** -33, 'share of originals'), '99.99999999 %'],
    [inUnit(1 - 2 ** -53, 'share of originals'), '99.99999999999999 %'],
    [significant(0.0000123), '0.0000123'],
    [significant(1234.5), '1,235'],
    [significant(-21.8), '−21.8'],
    [whole(-470), '−470'],
    [bytes(1024), '1 KiB'],
    [bytes(204_800), '200 KiB'],
    [bytes(4 * 1024 * 1024), '4 MiB'],
    [duration(12_345), '12.3 s'],
    [duration(185_000), '3 min 5 s'],
  ])('%s is written %s', (written, says) => {
    expect(written).toBe(says)
  })
})
