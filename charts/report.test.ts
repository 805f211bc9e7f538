// The report as a reader gets it: every file, nothing from outside, nothing a guest wrote as markup.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CellRecord, ResultStore } from '../results/store.ts'
import { loadClaims, summarise, summarySchema } from '../results/summary.ts'
import { hostileText, syntheticManifest, syntheticRun } from '../results/synthetic-run.fixture.ts'
import { chartResults } from './chart.ts'
import { reportPage } from './page.ts'
import { BEGIN, END, redrawReadme, replaceBlock } from './readme.ts'
import { drawFigures, writeReport } from './report.ts'
import { terminalReport } from './terminal.ts'

let directory: string
let html: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'report-'))
  const run = syntheticRun()
  {
    await using store = await ResultStore.create(join(directory, 'run'), run.manifest)
    for (const cell of run.cells) await store.append(cell)
  }
  const report = await writeReport(join(directory, 'run'))
  expect(report.problems).toEqual([])
  html = await readFile(join(directory, 'run', 'report.html'), 'utf8')
})

afterAll(() => rm(directory, { recursive: true, force: true }))

function unscripted(): string {
  return html.replace(/<script[\s>][\s\S]*?<\/script>/g, '')
}

/** The page without its scripts, styles and drawings. */
function prose(): string {
  return unscripted()
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<svg[\s\S]*?<\/svg>/g, '')
}

describe('files', () => {
  test('a run leaves summary, tables, pictures and the page', async () => {
    const files = await readdir(join(directory, 'run'))
    expect(files.toSorted()).toEqual(
      [
        ...['cells.csv', 'charts', 'claims.csv', 'coverage.csv', 'latencies.csv', 'manifest.json'],
        ...['overheads.csv', 'report.html', 'rows.csv', 'rows.jsonl', 'summary.json'],
      ].toSorted(),
    )
    const charts = await readdir(join(directory, 'run', 'charts'))
    expect(charts).toContain('thesis.svg')
    expect(charts).toContain('overhead-commands.png')
    expect(charts.filter((file) => file.endsWith('.png'))).toHaveLength(charts.length / 2)
    const summary = await readFile(join(directory, 'run', 'summary.json'), 'utf8')
    expect(summarySchema.parse(JSON.parse(summary)).run).toBe('synthetic')
  })

  test('drawing again gives the same bytes', async () => {
    await writeReport(join(directory, 'run'))
    expect(await readFile(join(directory, 'run', 'report.html'), 'utf8')).toBe(html)
  })
})

describe('the page', () => {
  test("a guest's text is text: no markup, no control characters", () => {
    expect(prose()).toContain('&lt;/script&gt;&lt;script&gt;alert(&quot;guest&quot;)')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<b>30</b>')
    expect(html).not.toContain('\u001b')
    expect(hostileText).toContain('\u001b')
  })

  test('has just the scripts that its policy names by hash', () => {
    expect(html.match(/<script>/g)).toHaveLength(4)
    const policy = /script-src ([^;]*);/.exec(html.replaceAll('&#39;', "'"))?.[1]
    expect(policy?.split(' ')).toHaveLength(4)
    expect(policy).not.toContain('unsafe')
    expect(html.match(/<\/script>/g)).toHaveLength(5)
  })

  test('asks for nothing from outside', () => {
    expect(prose()).not.toMatch(/(src|href)="?(https?:)?\/\//)
    expect(html).toContain('default-src &#39;none&#39;')
  })

  test('says what the numbers rest on', () => {
    for (const words of [
      '2 cells of 570 gave no result',
      'Policy <code>space</code> protects nothing by itself',
      'has no caches',
      'leaves the kernel out',
      'made up: not on this back end',
      'reproduced',
      'not measured',
      '141',
      'boot_memv6_2',
    ]) {
      expect(prose()).toContain(words)
    }
  })

  test('can be read by a machine that reads aloud', () => {
    expect(html).toContain('lang="en"')
    const drawings = [...unscripted().matchAll(/<svg [^>]*/g)].map(([tag]) => tag)
    expect(drawings.length).toBeGreaterThan(6)
    for (const tag of drawings) expect(tag).toMatch(/role="img" aria-label="[^"]+"/)
    expect(prose()).not.toMatch(/<th(?![^>]*scope=)[\s>]/)
  })

  test('ids are unique over all drawings', () => {
    const ids = [...unscripted().matchAll(/\sid="([^"]+)"/g)]
    expect(new Set(ids.map(([, id]) => id)).size).toBe(ids.length)
  })

  test('a run of nothing still makes a page', async () => {
    const empty = join(directory, 'empty')
    await (await ResultStore.create(empty, { ...syntheticManifest, configs: [] })).close()
    const { summary, problems } = await writeReport(empty)
    expect(problems).toEqual([])
    expect(summary.overheads).toEqual([])
    expect(await readFile(join(empty, 'report.html'), 'utf8')).toContain('0 cells')
  })
})

describe('charts', () => {
  test('each is drawn for a whole run and none for an empty one', async () => {
    const claims = await loadClaims()
    const whole = syntheticRun()
    const drawn = await drawFigures(chartResults(whole, summarise(whole, claims)))
    expect(drawn.figures.map(({ chart }) => chart.name)).toEqual([
      ...[
        'thesis',
        'latency-size',
        'overhead-commands',
        'cycles-commands',
        'hypervisor',
        'micro',
        'web',
      ],
      ...['boot', 'web-host', 'web-host-cycles'],
    ])
    const empty = { ...whole, cells: [] }
    expect((await drawFigures(chartResults(empty, summarise(empty, claims)))).figures).toEqual([])
  })
})

describe('a part of a run', () => {
  const whole = syntheticRun([1, 2])
  const parts: readonly (readonly [string, (cell: CellRecord) => boolean])[] = [
    ['without its baseline', ({ config }) => config !== 'none'],
    ['without the control', ({ config }) => config !== 'visor-shadow'],
    ['with seeds that do not pair', ({ config, seed }) => seed === (config === 'none' ? 1 : 2)],
    ['of one cell', ({ cell }) => cell === 'noop_none_1'],
    [
      'whose claims come from different configs',
      ({ config, workload }) =>
        config === 'none' ||
        (workload.startsWith('commands/') ? config !== 'memv6' : config === 'memv6'),
    ],
  ]

  test.each(parts)('%s draws what it can, without a problem', async (_, keep) => {
    const run = { ...whole, cells: whole.cells.filter(keep) }
    const summary = summarise(run, await loadClaims())
    const results = chartResults(run, summary)
    const { figures, problems } = await drawFigures(results)
    expect(problems).toEqual([])
    const page = await reportPage({ run, results, figures, problems })
    const text = terminalReport(run.manifest, summary, { colour: false })
    for (const written of [page.replace(/<script[\s>][\s\S]*?<\/script>/g, ''), text]) {
      expect(written).not.toMatch(/NaN|Infinity|undefined/)
    }
  })
})

describe('the terminal', () => {
  const run = syntheticRun()

  test('fits the columns, without escape characters where there is no colour', async () => {
    const summary = summarise(run, await loadClaims())
    for (const columns of [100, 80, 40]) {
      const text = terminalReport(run.manifest, summary, { columns, colour: false })
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      expect(text).not.toContain('\u001b')
    }
  })

  test('keeps every figure on 40 columns', async () => {
    const summary = summarise(run, await loadClaims())
    const figures = (columns: number): string[] => {
      const text = terminalReport(run.manifest, summary, { columns, colour: false })
      return [...text.matchAll(/[+−]?\d[\d.]* (%|ms|µs)/g)].map(([figure]) => figure).toSorted()
    }
    expect(figures(40)).toEqual(figures(200))
    const narrow = terminalReport(run.manifest, summary, { columns: 40, colour: false })
    expect(narrow.match(/^overhead +/gm)?.length).toBeGreaterThan(1)
    expect(narrow).toMatch(
      /^reproduced +xv6-commands\n +memv6 over none\n +\+5\.\d+ % wall +5–8 %$/m,
    )
  })

  test('names profile, policy, units and verdicts', async () => {
    const summary = summarise(run, await loadClaims())
    const text = terminalReport(run.manifest, summary, { colour: false })
    for (const words of ['profile flat', 'policy space', '3 seeds', 'wall / busy', 'differs']) {
      expect(text).toContain(words)
    }
    expect(text).toMatch(/reproduced +xv6-commands +memv6 over none +\+5\.\d\d % wall +5–8 %/)
    expect(terminalReport(run.manifest, summary, { colour: true })).toContain('\u001b[32m')
  })

  test("a hostile reason cannot reach the terminal's controls", async () => {
    const hostile = run.cells.map((cell) =>
      cell.outcome.kind === 'failed'
        ? { ...cell, outcome: { ...cell.outcome, why: hostileText } }
        : cell,
    )
    const summary = summarise({ ...run, cells: hostile }, await loadClaims())
    expect(terminalReport(run.manifest, summary, { colour: false })).not.toContain('\u001b')
  })
})

describe('README', () => {
  test('is redrawn between its marks, and twice is the same', async () => {
    const root = join(directory, 'root')
    await (await import('node:fs/promises')).mkdir(root)
    await writeFile(join(root, 'README.md'), `# x\n\n${BEGIN}\nold\n${END}\n\nafter\n`)
    const first = await redrawReadme(root, join(directory, 'run'))
    expect(first.changed).toBe(true)
    const text = await readFile(join(root, 'README.md'), 'utf8')
    expect(text).not.toContain('old')
    expect(text).toMatch(/^# x\n/)
    expect(text).toMatch(/\nafter\n$/)
    expect(text).toContain('| memvisor over visor-shadow |')
    expect(await readdir(join(root, 'docs'))).toContain('readme-thesis.png')
    expect((await redrawReadme(root, join(directory, 'run'))).changed).toBe(false)
  })

  test.each(['no marks', `${BEGIN} only`, `${END}${BEGIN}`, `${BEGIN}${END}${BEGIN}${END}`])(
    'is left alone with %j',
    (text) => {
      expect(() => replaceBlock(text, 'new')).toThrow(/expected the lines/)
    },
  )
})
