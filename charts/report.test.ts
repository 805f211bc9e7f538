// The report as a reader gets it: every file, nothing from outside, nothing a guest wrote as markup.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Claim, DEFINITIONS, loadClaims } from '../results/claim.ts'
import { type CellRecord, ResultStore, readRun } from '../results/store.ts'
import { summarise, summarySchema } from '../results/summary.ts'
import { hostileText, syntheticManifest, syntheticRun } from '../results/synthetic-run.fixture.ts'
import { type Chart, chartResults, loadCharts } from './chart.ts'
import { chartNumbers } from './chart-numbers.ts'
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
  const report = await writeReport(await readRun(join(directory, 'run')))
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
    await writeReport(await readRun(join(directory, 'run')))
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
      '784 of 786 cells, 1 to 3 seeds a figure',
      '1 cell failed; 1 cell skipped',
      'range of 3 seeds: +',
      'of the frames of user pages and page tables: 300 of the 900 in use at the prompt',
      'needs direct paging, which this version does not have',
      'Policy <code>space</code> protects nothing by itself',
      'has no caches',
      'leaves the kernel out',
      'made up: not on this back end',
      'reproduced',
      'not measured',
      '195',
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

  test('each chart says its points as text, those at and below zero too', async () => {
    const run = syntheticRun()
    const claims = await loadClaims()
    const summary = summarise(run, claims)
    const latencies = summary.latencies.map((latency, i) =>
      i % 2 === 0 ? { ...latency, extraMs: i === 0 ? 0 : -0.002 } : latency,
    )
    const { figures } = await drawFigures({
      ...chartResults(run, claims),
      summary: { ...summary, latencies },
    })
    for (const { chart, spec } of figures) {
      const rows = chartNumbers(spec).flatMap((table) => table.rows)
      expect(rows.length, chart.name).toBeGreaterThan(0)
      expect(rows.flat().join(' '), chart.name).not.toMatch(/undefined|NaN/)
    }
    const latency = figures.find(({ chart }) => chart.name === 'latency-size')
    const [table] = chartNumbers(latency!.spec)
    const extra = table!.columns.findIndex(({ title }) => title === 'extra ms')
    const shown = table!.rows.map((row) => row[extra])
    expect(shown).toContain('0.00000')
    expect(shown).toContain('−0.00200')
    expect(table!.columns.map(({ title }) => title)).toContain('to')
  })

  test('the contents name every section, in order', () => {
    const [nav] = /<nav class="contents"[\s\S]*?<\/nav>/.exec(html) ?? ['']
    const listed = [...nav.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id)
    const sections = [...html.matchAll(/<section id="([\w-]+)"/g)].map(([, id]) => id)
    expect(listed.length).toBeGreaterThan(8)
    expect(listed).toEqual(sections)
  })

  test('one size has one unit in charts and tables', () => {
    const shown = html.replaceAll('200 KB', '')
    expect(shown.replace(/<script[\s>][\s\S]*?<\/script>/g, '')).not.toMatch(/\d KB/)
    expect(shown).toContain('1 KiB')
  })

  test('ids are unique over all drawings', () => {
    const ids = [...unscripted().matchAll(/\sid="([^"]+)"/g)]
    expect(new Set(ids.map(([, id]) => id)).size).toBe(ids.length)
  })

  test('explains every verdict in the words of the glossary', () => {
    for (const words of Object.values(DEFINITIONS)) expect(prose()).toContain(`</em>: ${words}`)
  })

  test('says what the bars of its charts are, and calls no range an interval', () => {
    expect(prose()).toContain('the median over seeds. Bars: range of 3 seeds.')
    expect(prose()).toContain('Bars: range of 3 seeds.</figcaption>')
    const specs = /id="specs">(.*?)<\/script>/s.exec(html)?.[1]
    expect(specs).toContain('"spread":"range of 3 seeds"')
    expect(specs).not.toContain('95 %')
  })

  test('names a chart that cannot be drawn, and draws the others', async () => {
    const run = syntheticRun()
    const results = chartResults(run, await loadClaims())
    const [good] = await loadCharts()
    const bad: Chart = {
      ...good!,
      name: 'bad',
      draw: () => {
        throw new Error('no such field')
      },
    }
    const { figures, problems } = await drawFigures(results, [bad, good!])
    expect(figures.map(({ chart }) => chart.name)).toEqual(['thesis'])
    expect(problems).toEqual(['chart bad: no such field'])
    const page = await reportPage({ run, results, figures, problems })
    expect(page).toContain('1 chart could not be drawn')
    expect(page).toContain('Not drawn: chart bad: no such field')
  })

  test('of a run cut short names what did not run', async () => {
    const whole = syntheticRun()
    const run = { ...whole, cells: whole.cells.slice(46), torn: true }
    const results = chartResults(run, await loadClaims())
    const page = await reportPage({ run, results, figures: [], problems: [] })
    expect(page).toContain('738 of 786 cells')
    expect(page).toContain('46 planned cells not run')
    expect(page).toContain('the rows end in an unfinished cell, which was left out')
    expect(page).toContain('<li>noop · none · seed 1</li>')
  })

  test('a run of nothing still makes a page', async () => {
    const empty = join(directory, 'empty')
    await (await ResultStore.create(empty, { ...syntheticManifest, configs: [] })).close()
    const { summary, problems } = await writeReport(await readRun(empty))
    expect(problems).toEqual([])
    expect(summary.overheads).toEqual([])
    expect(await readFile(join(empty, 'report.html'), 'utf8')).toContain('0 cells')
  })
})

describe('charts', () => {
  test('each is drawn for a whole run and none for an empty one', async () => {
    const claims = await loadClaims()
    const whole = syntheticRun()
    const drawn = await drawFigures(chartResults(whole, claims))
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
    expect((await drawFigures(chartResults(empty, claims))).figures).toEqual([])
  })
})

describe('a claim', () => {
  test('says itself how page and charts speak of it, and nothing else does', async () => {
    const claims = await loadClaims()
    const thttpd = claims.find(({ name }) => name === 'thttpd')!
    const made: Claim = {
      ...{ ...thttpd, name: 'made-up', source: 'a test', says: 'the server slows down by 3–90 %' },
      accept: { kind: 'within', low: 0.03, high: 0.9 },
      words: {
        ...{ card: 'Made up', before: 'A made-up server costs', after: 'at its worst' },
        lines: [{ label: 'made-up line' }],
      },
    }
    const run = syntheticRun()
    const results = chartResults(run, [...claims, made])
    const { figures, problems } = await drawFigures(results)
    expect(problems).toEqual([])
    const page = await reportPage({ run, results, figures, problems })
    expect(page).toContain('<h3>Made up</h3>')
    expect(page).toMatch(/A made-up server costs .*at its worst \(the thesis:\s*3–90 %\)/s)
    const [thesis] = figures
    expect(thesis?.svg).toContain('made-up line')
    expect(JSON.stringify(thesis?.spec)).toContain('{"line":"made-up line","from":0.03,"to":0.9}')
    const without = await drawFigures(chartResults(run, claims))
    expect(without.figures[0]?.svg).not.toContain('made-up line')
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
    const results = chartResults(run, await loadClaims())
    const { summary } = results
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
    for (const words of [
      'profile flat',
      'policy space',
      '3 seeds',
      'wall / busy',
      'differs: the',
    ]) {
      expect(text).toContain(words)
    }
    expect(text).toMatch(/reproduced +xv6-commands +memv6 over none +\+5\.\d\d % wall +5–8 %/)
    expect(terminalReport(run.manifest, summary, { colour: true })).toContain('\u001b[32m')
    expect(text).toContain('784 of 786 cells, 1 to 3 seeds a figure')
    expect(text).toMatch(
      /reproduced +coverage .*\n {2}of the frames of user pages and page tables: 300 of the 900/,
    )
    expect(text).toMatch(/^not measured: coverage \(memvisor-direct\), /m)
  })

  test('says why an open verdict is open, and what there is of a set that is not whole', async () => {
    const claims = await loadClaims()
    const open = run.cells.map((cell) =>
      cell.workload.startsWith('commands/') && cell.config === 'memv6' && cell.seed === 1
        ? { ...cell, rows: cell.rows.map((row) => ({ ...row, value: row.value * 2 })) }
        : cell,
    )
    const text = terminalReport(run.manifest, summarise({ ...run, cells: open }, claims), {
      colour: false,
    })
    expect(text).toMatch(/inconclusive +xv6-commands .*\n {2}range of 3 seeds: \+\d/)
    const some = run.cells.filter(({ workload, seed }) => workload === 'commands/ls' && seed === 1)
    const part = summarise({ ...run, cells: some }, claims)
    const short = terminalReport(run.manifest, part, { colour: false })
    expect(short).toMatch(
      /^not measured: xv6-commands \(memv6\).*1 of 10 commands, 1 of 3 seeds$/ms,
    )
    expect(short).toContain('not whole: ')
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
