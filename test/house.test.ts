// The house test: imports follow the arrow of docs, rooms meet at their doors, the machine stays pure,
// and files stay short. It reads sources as text.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** Which rooms a room may import. `cli` may call any, none calls `cli`; `errors` and `registry` lie beneath. */
const ARROW: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  registry: ['errors'],
  machine: ['errors'],
  guest: ['errors'],
  results: ['errors', 'registry'],
  configs: ['machine', 'guest'],
  workloads: ['errors', 'machine', 'results'],
  harness: ['errors', 'registry', 'machine', 'guest', 'configs', 'workloads', 'results'],
  charts: ['registry', 'results'],
  cli: [
    ...['errors', 'registry', 'machine', 'guest', 'configs', 'workloads'],
    ...['harness', 'results', 'charts'],
  ],
}
const ROOMS = Object.keys(ARROW)

/** The files through which other rooms see a room. The command line may open any. */
const DOORS = [
  'errors/user-error.ts',
  'registry/registry.ts',
  'machine/machine.ts',
  'machine/units.ts',
  'machine/open.ts',
  'machine/elf/image.ts',
  'machine/elf/file.ts',
  'machine/elf/symbol-table.ts',
  'machine/bridge/bridge.ts',
  'machine/bridge/pacer.ts',
  'guest/images.ts',
  'guest/mkfs.ts',
  'configs/config.ts',
  'workloads/workload.ts',
  'results/measurement.ts',
  'results/cell.ts',
  'results/coverage.ts',
  'results/manifest.ts',
  'results/plan.ts',
  'results/printable.ts',
  'results/run-file.ts',
  'results/series.ts',
  'results/statistics.ts',
  'results/store.ts',
  'results/summary.ts',
  'results/claim.ts',
  'results/spread.ts',
  'results/csv.ts',
]
/** Doors that a room may use for types only. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  configs: ['machine/machine.ts'],
  workloads: ['machine/machine.ts', 'results/measurement.ts'],
}

/** Rooms whose folders stand on each other in types as well: see docs/decisions.md. */
const LAYERED = ['machine']
/** Folders whose files each stand on a floor of their own, among the folders beside them. */
const FLOORS = [...ROOMS, 'machine/rv64', 'machine/rv64/engine']

const IMPURE = [/from 'node:/, /\bDate\.now\b/, /\bMath\.random\b/, /\bsetTimeout\b/, /\bprocess\./]
const MOST_LINES = { ts: 400, c: 500 }
/** The aim is 100; prose in comments may run over a little, and a literal, which cannot be broken, as it must. */
const MOST_COLUMNS = 110
/** Pure tables are exempt from the length, and are only tables. */
const TABLES = /(^|\/)(table|.*-table)\.ts$/

interface Source {
  readonly path: string
  readonly room: string
  readonly text: string
}

interface Import {
  readonly from: Source
  readonly target: string
  readonly typeOnly: boolean
}

const sources = ROOMS.flatMap(filesOf)
const programs = sources.filter(
  ({ path }) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path),
)
const tests = [...sources, ...filesOf('test')].filter(({ path }) => path.endsWith('.test.ts'))
const imports = programs.flatMap(importsOf)

describe('the house', () => {
  it('has sources in every room', () => {
    expect(new Set(programs.map(({ room }) => room))).toEqual(new Set(ROOMS))
  })

  it('lets imports follow the arrow', () => {
    const wrong = imports.filter(({ from, target }) => {
      const room = roomOf(target)
      return room !== undefined && room !== from.room && !ARROW[from.room]!.includes(room)
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('lets rooms meet at their doors', () => {
    const wrong = imports.filter(({ from, target }) => {
      const room = roomOf(target)
      return (
        room !== undefined && room !== from.room && from.room !== 'cli' && !DOORS.includes(target)
      )
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('lets no file import itself in a circle', () => {
    const edges = imports.filter(({ typeOnly }) => !typeOnly)
    expect(circles(edges.map(({ from, target }) => [from.path, target]))).toEqual([])
  })

  it('lets no folders inside a room import each other in a circle', () => {
    const inside = imports.filter(({ from, target, typeOnly }) => {
      return from.room === roomOf(target) && (!typeOnly || LAYERED.includes(from.room))
    })
    const edges = inside.map(({ from, target }) => [storeyOf(from.path), storeyOf(target)] as const)
    expect(circles(edges.filter(([from, to]) => from !== to))).toEqual([])
  })

  it('keeps configs and workloads to types where they need no more', () => {
    const wrong = imports.filter(
      ({ from, target, typeOnly }) => TYPES_ONLY[from.room]?.includes(target) && !typeOnly,
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('keeps the emulator pure: no host, no clock, no chance', () => {
    const core = programs.filter(({ path }) => path.startsWith('machine/rv64/'))
    const wrong = core.flatMap(({ path, text }) =>
      IMPURE.filter((word) => word.test(withoutComments(text))).map((word) => `${path}: ${word}`),
    )
    expect(wrong).toEqual([])
  })

  it('says what it says on stderr by one voice, which lets nothing act on the terminal', () => {
    const wrong = programs.filter(
      ({ path, text }) => /stderr\s*\.write\(/.test(text) && path !== 'cli/voice.ts',
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('keeps files short', () => {
    const wrong = sources.filter(({ path, text }) => {
      const most = path.endsWith('.ts') ? MOST_LINES.ts : MOST_LINES.c
      return !TABLES.test(path) && text.split('\n').length - 1 > most
    })
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('keeps lines of TypeScript short', () => {
    const wrong = programs.flatMap(({ path, text }) =>
      breakable(text).flatMap((line, n) =>
        line.length > MOST_COLUMNS ? [`${path}:${n + 1}`] : [],
      ),
    )
    expect(wrong).toEqual([])
  })

  it('has no drawers', () => {
    const drawer = /(^|\/)(utils|types|constants)\.(ts|c)$|(^|\/)(helpers|common)\//
    expect(sources.map(({ path }) => path).filter((path) => drawer.test(path))).toEqual([])
  })

  it('hides no source from the repository by .gitignore', ({ skip }) => {
    if (!existsSync(join(project, '.git'))) skip('the sources are no clone')
    const list = ['ls-files', '--others', '--ignored', '--exclude-standard', '--', ...ROOMS]
    const { stdout, error } = spawnSync('git', list, { cwd: project, encoding: 'utf8' })
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') skip('there is no git')
    const hidden = stdout.split('\n')
    expect(hidden.filter((path) => sources.some((source) => source.path === path))).toEqual([])
  })

  it('leaves out no test without a reason that the test or its name tells', () => {
    const silent = linesOfTests(/\b(runIf|todo|fails)\(|\.(skip|only)\(|\bskip\(\s*\)/)
    const unnamed = linesOfTests(/\bskipIf\(/).filter((line) => !/skipped: |\$\{without/.test(line))
    expect([...silent, ...unnamed]).toEqual([])
  })

  it('limits host time in tests only by what catches a hang', () => {
    const limit =
      /\b(timeout|hostLimit|patience)\b ?[:=] ?\d|_MS = \d|^ *\}, [\d_]{4,}\)|Date\.now\(|vi\.waitFor/
    expect(linesOfTests(limit)).toEqual([])
  })

  it('opens every file with what it is', () => {
    const silent = programs.filter(({ text }) => !/^(#!.*\n)?\/\/ \S/.test(text))
    expect(silent.map(({ path }) => path)).toEqual([])
  })
})

function filesOf(room: string): Source[] {
  const entries = readdirSync(join(project, room), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|c|h|S)$/.test(entry.name))
    .map((entry) => relative(project, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('guest/build'))
    .map((path) => ({ path, room, text: readFileSync(join(project, path), 'utf8') }))
}

/** `path:line: text` of every line of a test that the pattern meets. */
function linesOfTests(pattern: RegExp): string[] {
  return tests.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, n) => [line, `${path}:${n + 1}: ${line.trim()}`] as const)
      .filter(([line]) => pattern.test(line))
      .map(([, shown]) => shown),
  )
}

function importsOf(from: Source): Import[] {
  const found = from.text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'/gm)
  return [...found].map(([whole, type, target]) => ({
    from,
    target: relative(project, resolve(project, dirname(from.path), target!)).replaceAll('\\', '/'),
    typeOnly: type !== undefined || everyNameIsType(whole),
  }))
}

function everyNameIsType(statement: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(statement)?.[1]
    ?.split(',')
    .map((name) => name.trim()) ?? ['']
  return names.filter((name) => name !== '').every((name) => name.startsWith('type '))
}

function roomOf(target: string): string | undefined {
  return ROOMS.find((room) => target.startsWith(`${room}/`))
}

/** What passes as one in the question which folders import which. */
function storeyOf(path: string): string {
  return FLOORS.includes(dirname(path)) ? path : dirname(path)
}

/** The nodes of each set of which every member leads to every other, in the order of their names. */
function circles(edges: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  const targets = new Map<string, Set<string>>()
  for (const [from, to] of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to))
  const reached = new Map([...targets.keys()].map((node) => [node, reachedFrom(node, targets)]))
  const inOne = [...reached].filter(([node, all]) => all.has(node))
  const sets = inOne.map(([node, all]) =>
    [...all]
      .filter((other) => reached.get(other)?.has(node))
      .sort()
      .join(' '),
  )
  return [...new Set(sets)].map((set) => set.split(' '))
}

function reachedFrom(
  node: string,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const target of targets.get(next) ?? []) {
      if (!reached.has(target)) waiting.push(target)
      reached.add(target)
    }
  }
  return reached
}

/** The lines without what cannot be broken: literals and addresses. A comment is broken like any other prose. */
function breakable(text: string): readonly string[] {
  let inTemplate = false
  return text.split('\n').map((line) => {
    if (/^\s*(\/\/|\/?\*)/.test(line)) return line.replace(/https?:\S+/g, '')
    const began = inTemplate
    if (((line.match(/`/g)?.length ?? 0) & 1) === 1) inTemplate = !inTemplate
    return began ? '' : line.replace(/'[^']*'|`[^`]*`?/g, '')
  })
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$|\s\/\/ .*$/gm, '')
}

function shown({ from, target }: Import): string {
  return `${from.path} imports ${target}`
}
