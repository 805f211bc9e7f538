// The report in a browser: interactive charts take the place of the drawn ones under the page's
// own policy, and without scripts the drawn ones stay. Needs Chromium.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ResultStore } from '../results/store.ts'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { writeReport } from './report.ts'

const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path))

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'browser-'))
  const run = syntheticRun([1, 2])
  {
    await using store = await ResultStore.create(join(directory, 'run'), run.manifest)
    for (const cell of run.cells) await store.append(cell)
  }
  await writeReport(join(directory, 'run'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

/** The page's elements after its scripts have run, and what it said on the console. */
async function load(file: string): Promise<{ dom: string; log: string }> {
  const profile = await mkdtemp(join(directory, 'profile-'))
  const { stdout, stderr } = await execa(
    chromium!,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...[`--user-data-dir=${profile}`, '--enable-logging=stderr', '--virtual-time-budget=10000'],
      ...['--dump-dom', pathToFileURL(file).href],
    ],
    { timeout: HANGS_AFTER_MS, maxBuffer: 1 << 26 },
  )
  return { dom: stdout, log: stderr }
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

const missing = chromium === undefined
const without = missing ? ' (skipped: no Chromium in PATH)' : ''
describe.skipIf(missing)(`report.html in Chromium${without}`, () => {
  test('every chart becomes interactive, and nothing is refused or fails', async () => {
    const { dom, log } = await load(join(directory, 'run', 'report.html'))
    const charts = count(dom, /data-chart="/g)
    expect(charts).toBeGreaterThan(6)
    expect(count(dom, /class="live[^>]*>/g)).toBe(charts)
    expect(count(dom, /class="drawn" hidden=""/g)).toBe(charts)
    expect(log.split('\n').filter((line) => line.includes('CONSOLE'))).toEqual([])
  })

  test('a script that is not ours does not run', async () => {
    const path = join(directory, 'run', 'report.html')
    const html = await readFile(path, 'utf8')
    const planted = '<script>document.title = "planted"</script>'
    const other = join(directory, 'planted.html')
    await writeFile(other, html.replace('<main>', `<main>${planted}`))
    const { dom, log } = await load(other)
    expect(dom).not.toContain('<title>planted')
    expect(log).toMatch(/Content Security Policy/)
  })
})
