// The report in a browser: interactive charts take the place of the drawn ones under the page's
// own policy, it can be read on a telephone, by a machine that reads aloud and on paper, and without
// scripts the drawn charts stay. Needs Chromium.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ResultStore, readRun } from '../results/store.ts'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'
import { writeReport } from './report.ts'

const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path))
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const SCREENS = [
  { name: 'a telephone', width: 390, height: 844 },
  { name: 'a desk', width: 1280, height: 900 },
]

let directory: string
let browser: Browser

const missing = executablePath === undefined
const without = missing ? ' (skipped: no Chromium in PATH)' : ''
describe.skipIf(missing)(`report.html in Chromium${without}`, () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'browser-'))
    const run = syntheticRun([1, 2])
    {
      await using store = await ResultStore.create(join(directory, 'run'), run.manifest)
      for (const cell of run.cells) await store.append(cell)
    }
    await writeReport(await readRun(join(directory, 'run')))
    browser = await chromium.launch({ executablePath: executablePath!, args: [...FLAGS, ...QUIET] })
  })

  afterAll(async () => {
    await browser?.close()
    await rm(directory, { recursive: true, force: true })
  })

  const report = (): string => join(directory, 'run', 'report.html')

  test('every chart becomes interactive, and nothing is refused or fails', async () => {
    await using page = await open(report())
    const charts = await page.locator('[data-chart]').count()
    expect(charts).toBeGreaterThan(6)
    expect(await page.locator('.live svg.marks').count()).toBe(charts)
    expect(await page.locator('.drawn[hidden]').count()).toBe(charts)
    const texts = await page.locator('.live svg.marks text').allTextContents()
    const percentages = texts.filter((text) => /\d ?%$/.test(text))
    expect(percentages.length).toBeGreaterThan(10)
    for (const text of percentages) expect(text).toMatch(/\d %$/)
    expect(page.complaints).toEqual([])
  })

  test('without scripts every drawn chart stays', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(pathToFileURL(report()).href)
    const drawn = page.locator('.drawn svg')
    expect(await drawn.count()).toBe(await page.locator('[data-chart]').count())
    for (const chart of await drawn.all()) expect(await chart.isVisible()).toBe(true)
    await context.close()
  })

  test('a script that is not ours does not run', async () => {
    const planted = '<script>document.title = "planted"</script>'
    const other = join(directory, 'planted.html')
    const html = await readFile(report(), 'utf8')
    await writeFile(other, html.replace('<main>', `<main>${planted}`))
    await using page = await open(other)
    expect(await page.title()).not.toContain('planted')
    expect(page.complaints.join('\n')).toMatch(/Content Security Policy/)
  })

  test.each(SCREENS)('axe finds no fault in it on $name', async ({ width, height }) => {
    await using page = await open(report(), { width, height })
    await page.evaluate(await readFile(axe, 'utf8'))
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Fault[] }> } }
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    })
    expect(found).toEqual([])
  })

  test.each(SCREENS)(
    'fits $name: nothing but a chart that says so scrolls sideways',
    async (screen) => {
      const { width, height } = screen
      await using page = await open(report(), { width, height })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      for (const chart of await page.locator('figure').all()) {
        const scrolls = await chart
          .locator('.chart')
          .evaluate((element) => element.scrollWidth > element.clientWidth)
        if (scrolls) expect(await chart.locator('.sideways').isVisible()).toBe(true)
      }
    },
  )

  test("a chart's menu is a small button with a name, beside the chart and not upon it", async () => {
    await using page = await open(report(), { width: 390, height: 844 })
    const menus = await page.locator('.live summary').all()
    expect(menus.length).toBeGreaterThan(6)
    for (const menu of menus) {
      expect(await menu.getAttribute('aria-label')).toMatch(/^Save this chart: ./)
      const box = (await menu.boundingBox())!
      const chart = (await menu.locator('xpath=../..').locator('svg.marks').boundingBox())!
      expect(box.width).toBeLessThan(48)
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(390)
      expect(box.y + box.height).toBeLessThanOrEqual(chart.y + 4)
    }
  })

  test.each([true, false])('paper holds what is folded away (scripts: %s)', async (scripts) => {
    const context = await browser.newContext({ javaScriptEnabled: scripts })
    const page = await context.newPage()
    await page.goto(pathToFileURL(report()).href)
    await page.emulateMedia({ media: 'print' })
    if (scripts) await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    const folded = page.locator('details .wide')
    expect(await folded.count()).toBeGreaterThan(6)
    for (const table of await folded.all()) {
      const box = await table.boundingBox()
      expect(box?.height ?? 0).toBeGreaterThan(10)
    }
    await context.close()
  })
})

interface Fault {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

interface Opened extends Page {
  /** What the page said on the console. */
  readonly complaints: readonly string[]
}

/** The page after all its charts have become interactive. */
async function open(file: string, viewport = { width: 1280, height: 900 }): Promise<Opened> {
  const page = await browser.newPage({ viewport })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(pathToFileURL(file).href)
  const charts = await page.locator('[data-chart]').count()
  await expect.poll(() => page.locator('.drawn[hidden]').count()).toBe(charts)
  return Object.assign(page, { complaints })
}
