// The store: what was appended comes back, a kill at any byte loses no finished cell, and damage
// is named by file and line.

import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CellRecord, coordinatesKey } from './cell.ts'
import { JournalDamage, readJournal, writeGroup } from './journal.ts'
import type { Measurement } from './measurement.ts'
import { type Manifest, ResultStore, readRun, StoreError } from './store.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'store-')), 'run')
})

afterEach(async () => {
  await rm(join(directory, '..'), { recursive: true, force: true })
})

const place = {
  cell: 'abc123',
  workload: 'commands/ls',
  parameters: {},
  config: 'memv6',
  backend: 'rv64',
  profile: 'flat',
  policy: 'space',
  seed: 1,
}

function record(change: Partial<typeof place> = {}, values = [41, 42]): CellRecord {
  const here = { ...place, ...change }
  const rows: Measurement[] = values.map((value, iteration) => ({
    ...{ run: syntheticManifest.run, ...here, region: 'command' },
    ...{ metric: 'wall', unit: 'cycles', iteration, value },
  }))
  return { ...here, hostMs: 1.5, outcome: { kind: 'done' }, rows }
}

const three = [1, 2, 3].map((seed) => record({ cell: `cell-${seed}`, seed }))
const rowsFile = (): string => join(directory, 'rows.jsonl')

async function stored(cells: readonly CellRecord[]): Promise<void> {
  await using store = await ResultStore.create(directory, syntheticManifest)
  await Promise.all(cells.map((cell) => store.append(cell)))
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** The cells of a journal; undefined if it is damaged. */
function readOrNothing(bytes: Uint8Array): readonly CellRecord[] | undefined {
  try {
    return readJournal(bytes).cells
  } catch (error) {
    expect(error).toBeInstanceOf(JournalDamage)
    return undefined
  }
}

/** The error that a promise ends in, which must be a StoreError. */
async function storeError(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  expect((error as StoreError).message).not.toContain('\n')
  return error as StoreError
}

describe('writing and reading', () => {
  test('gives back what was appended, in order', async () => {
    await stored(three)
    const run = await readRun(directory)
    expect(run.cells).toEqual(three)
    expect(run.manifest).toEqual(syntheticManifest)
    expect(run.torn).toBe(false)
  })

  test('keeps skipped and failed cells with their reasons', async () => {
    const failed: CellRecord = {
      ...record({ cell: 'f' }, []),
      outcome: { kind: 'failed', why: 'panic', stop: 'stuck', console: '\u001b[31m</x>\n' },
    }
    const skipped: CellRecord = {
      ...record({ cell: 's', seed: 2 }, []),
      outcome: { kind: 'skipped', why: 'no network' },
    }
    await stored([failed, skipped])
    expect((await readRun(directory)).cells).toEqual([failed, skipped])
  })

  test('the later record of a place stands', async () => {
    await stored([record({ cell: 'old' }, [1]), record({ cell: 'new' }, [2])])
    expect((await readRun(directory)).cells.map(({ cell }) => cell)).toEqual(['new'])
  })

  test('round trip of any record (property)', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/)
    const value = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 }).filter((x) => !Object.is(x, -0)),
      fc.stringMatching(/^[ -~]{1,20}$/),
    )
    const parameters = fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/), value, {
      maxKeys: 5,
    })
    const records = fc.tuple(name, parameters, fc.array(fc.maxSafeNat(), { maxLength: 5 }))
    fc.assert(
      fc.property(fc.array(records, { maxLength: 4 }), (all) => {
        const cells = all.map(([workload, words, values], i) =>
          record({ workload, parameters: words, cell: `c${i}` } as Partial<typeof place>, values),
        )
        const bytes = new TextEncoder().encode(cells.map(writeGroup).join(''))
        const journal = readJournal(bytes)
        expect(plain(journal.cells)).toEqual(plain(cells))
        expect(journal.torn).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('a place is the same whatever the order of its parameters', () => {
    const [a, b] = [record(), record()]
    const one = coordinatesKey({ ...a, parameters: { x: 1, y: 2 } })
    expect(coordinatesKey({ ...b, parameters: { y: 2, x: 1 } })).toBe(one)
    expect(coordinatesKey({ ...b, parameters: { y: 2, x: 3 } })).not.toBe(one)
  })
})

describe('a kill at any moment', () => {
  test('at every byte: every cell whole before it is kept, the tail is forgiven', () => {
    const groups = three.map(writeGroup)
    const text = new TextEncoder().encode(groups.join(''))
    const ends = groups.map(
      (_, i) => new TextEncoder().encode(groups.slice(0, i + 1).join('')).length,
    )
    for (let length = 0; length <= text.length; length++) {
      const journal = readJournal(text.subarray(0, length))
      const whole = ends.filter((end) => end <= length).length
      expect(journal.cells).toEqual(three.slice(0, whole))
      expect(journal.torn).toBe(length !== (ends[whole - 1] ?? 0))
    }
  })

  test('no changed byte goes unnoticed (property)', () => {
    const text = Buffer.from(three.map(writeGroup).join(''))
    const place = fc.integer({ min: 0, max: text.length - 1 })
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(text)
        changed[at] = text[at]! ^ flip
        const cells = readOrNothing(changed)
        if (cells === undefined) return
        expect(cells).toEqual(three.slice(0, cells.length))
        expect(cells.length).toBeLessThan(three.length)
      }),
      { numRuns: 2000 },
    )
  })

  test('bytes without sense are damage or a torn tail, never a cell (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readOrNothing(bytes) ?? []).toEqual([])
      }),
    )
  })

  test('resume cuts the torn tail off and goes on', async () => {
    await stored(three.slice(0, 2))
    const torn = writeGroup(three[2]!)
    await appendFile(rowsFile(), torn.slice(0, torn.length - 7))
    expect((await readRun(directory)).torn).toBe(true)
    await using store = await ResultStore.resume(directory, syntheticManifest)
    expect(store.finished('cell-2')).toEqual(three[1])
    expect(store.finished('cell-3')).toBeUndefined()
    await store.append(three[2]!)
    expect(await readRun(directory)).toMatchObject({ cells: three, torn: false })
  })

  test('the bytes of finished cells never change when a run goes on', async () => {
    await stored(three.slice(0, 1))
    const before = await readFile(rowsFile(), 'utf8')
    {
      await using store = await ResultStore.resume(directory, syntheticManifest)
      await store.append(three[1]!)
    }
    expect((await readFile(rowsFile(), 'utf8')).startsWith(before)).toBe(true)
  })
})

describe('damage', () => {
  const damage: readonly (readonly [string, (lines: string[]) => string[], number])[] = [
    ['a line that is not JSON', (lines) => lines.with(1, '{"kind":"row",'), 2],
    ['a digit changed in a row', (lines) => lines.with(1, lines[1]!.replace('42', '43')), 3],
    ['a row lost', (lines) => lines.toSpliced(1, 1), 2],
    ['a row twice', (lines) => lines.toSpliced(1, 0, lines[1]!), 4],
    ['the end of a cell lost', (lines) => lines.toSpliced(2, 1), 5],
    ['an unknown kind', (lines) => lines.with(0, '{"kind":"note"}'), 1],
    ['null', (lines) => lines.with(0, 'null'), 1],
    ['an empty line', (lines) => lines.toSpliced(3, 0, ''), 4],
    ['cycles below zero', (lines) => lines.with(0, lines[0]!.replace('41', '-41')), 1],
    ['a fraction of a cycle', (lines) => lines.with(0, lines[0]!.replace('41', '41.5')), 1],
    ['not a number', (lines) => lines.with(0, lines[0]!.replace('41', '"NaN"')), 1],
    ['an infinite number', (lines) => lines.with(0, lines[0]!.replace('41', '1e999')), 1],
    ['an unknown unit', (lines) => lines.with(0, lines[0]!.replace('"cycles"', '"parsecs"')), 1],
    [
      'a path that climbs',
      (lines) => lines.with(0, lines[0]!.replace('commands/ls', '../../etc/passwd')),
      1,
    ],
    [
      'a prototype in the parameters',
      (lines) =>
        lines.with(0, lines[0]!.replace('"parameters":{}', '"parameters":{"__proto__":1}')),
      1,
    ],
    ['a line without end', (lines) => lines.with(0, `"${'x'.repeat(300_000)}"`), 1],
    ['a byte that is not UTF-8', (lines) => lines.with(1, '\ufffd'), 2],
  ]

  test.each(damage)('%s is an error that names the line', async (_, change, line) => {
    await stored(three)
    const lines = (await readFile(rowsFile(), 'utf8')).trimEnd().split('\n')
    const bytes = Buffer.from(`${change(lines).join('\n')}\n`)
    const at = bytes.indexOf('\ufffd')
    if (at >= 0) bytes[at] = 0xff
    await writeFile(rowsFile(), bytes)
    const resumed = () => ResultStore.resume(directory, syntheticManifest)
    for (const read of [() => readRun(directory), resumed]) {
      const error = await storeError(read())
      expect(error.kind).toBe('damaged')
      expect(error.message).toContain(`rows.jsonl:${line}: expected`)
    }
    expect(await readFile(rowsFile())).toEqual(bytes)
  })

  test('no prototype is touched by hostile parameters', () => {
    const text = writeGroup(record()).replace('"parameters":{}', '"parameters":{"constructor":1}')
    expect(() => readJournal(Buffer.from(text))).toThrow(/forbidden name/)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a manifest that is not JSON, or of another version', async () => {
    await stored(three)
    const path = join(directory, 'manifest.json')
    await writeFile(path, '{"schemaVersion":')
    expect(await storeError(readRun(directory))).toMatchObject({ kind: 'damaged' })
    await writeFile(path, JSON.stringify({ ...syntheticManifest, schemaVersion: 99 }))
    expect((await storeError(readRun(directory))).message).toContain('schemaVersion')
  })

  test('rows without a manifest are not overwritten', async () => {
    await stored(three)
    await rm(join(directory, 'manifest.json'))
    const before = await readFile(rowsFile())
    const error = await storeError(ResultStore.resume(directory, syntheticManifest))
    expect(error.kind).toBe('damaged')
    expect(await readFile(rowsFile())).toEqual(before)
  })

  test('a directory in the place of the rows is unreadable, not empty', async () => {
    await mkdir(rowsFile(), { recursive: true })
    await writeFile(join(directory, 'manifest.json'), JSON.stringify(syntheticManifest))
    expect(await storeError(readRun(directory))).toMatchObject({ kind: 'unreadable' })
  })
})

describe('where no directory can be made', () => {
  const places: readonly (readonly [string, () => Promise<string>])[] = [
    ['below a file', async () => join(await aFile(), 'run')],
    ['in the place of a file', aFile],
    ['where the file system makes none', async () => '/proc/mirrorbench/run'],
  ]

  async function aFile(): Promise<string> {
    const path = `${directory}-file`
    await writeFile(path, '')
    return path
  }

  test.each(places)('%s', async (_, place) => {
    const error = await storeError(ResultStore.create(await place(), syntheticManifest))
    expect(error.kind).toBe('unwritable')
  })
})

describe('what may not be written', () => {
  const bad: readonly (readonly [string, CellRecord])[] = [
    ['NaN', record({}, [Number.NaN])],
    ['infinity', record({}, [Number.POSITIVE_INFINITY])],
    ['half a cycle', record({}, [1.5])],
    ['more than 2^53', record({}, [2 ** 60])],
    ['a name that climbs', record({ workload: '../x' })],
    ['an absolute name', record({ config: '/etc' })],
    ['a row of another cell', { ...record(), rows: record({ cell: 'other' }).rows }],
  ]

  test.each(bad)('%s is refused and nothing is written', async (_, cell) => {
    await using store = await ResultStore.create(directory, syntheticManifest)
    expect((await storeError(store.append(cell))).kind).toBe('invalid')
    expect(await readFile(rowsFile(), 'utf8')).toBe('')
    await store.append(record())
    expect((await readRun(directory)).cells).toHaveLength(1)
  })

  test('rows of another run', async () => {
    await using store = await ResultStore.create(directory, { ...syntheticManifest, run: 'other' })
    expect((await storeError(store.append(record()))).kind).toBe('invalid')
  })

  test('a manifest that no reader would accept', async () => {
    const bad = { ...syntheticManifest, profile: { name: 'flat', about: '', hz: 0 } }
    expect((await storeError(ResultStore.create(directory, bad))).kind).toBe('invalid')
  })
})

describe('the directory', () => {
  test('create refuses one that holds a run, and says what to do', async () => {
    await stored(three)
    const error = await storeError(ResultStore.create(directory, syntheticManifest))
    expect(error.kind).toBe('exists')
    expect(error.message).toContain('--resume')
    expect((await readRun(directory)).cells).toHaveLength(3)
  })

  test('a missing run is missing, not empty', async () => {
    expect((await storeError(readRun(directory))).kind).toBe('missing')
  })

  test('one writer at a time; the lock goes with its holder', async () => {
    const store = await ResultStore.create(directory, syntheticManifest)
    const error = await storeError(ResultStore.resume(directory, syntheticManifest))
    expect(error.kind).toBe('locked')
    expect(error.message).toContain(String(process.pid))
    await store.close()
    await (await ResultStore.resume(directory, syntheticManifest)).close()
  })

  test("a dead process's lock is taken over; one of another host is not", async () => {
    await stored(three)
    const { hostname } = await import('node:os')
    const dead = { pid: 2 ** 22 + 1, host: hostname() }
    await writeFile(join(directory, 'lock'), JSON.stringify(dead))
    await (await ResultStore.resume(directory, syntheticManifest)).close()
    await writeFile(join(directory, 'lock'), JSON.stringify({ ...dead, host: 'elsewhere' }))
    const error = await storeError(ResultStore.resume(directory, syntheticManifest))
    expect(error.kind).toBe('locked')
  })

  test('a file in its place is unwritable', async () => {
    await writeFile(directory, 'a file')
    expect((await storeError(ResultStore.create(directory, syntheticManifest))).kind).toBe(
      'unwritable',
    )
  })

  test('going on with other images is refused, with more seeds is not', async () => {
    await stored(three)
    const configs = syntheticManifest.configs.map((config) => ({
      ...config,
      images: { kernel: 'cd'.repeat(32) },
    }))
    const changed: Manifest = { ...syntheticManifest, configs }
    expect(await storeError(ResultStore.resume(directory, changed))).toMatchObject({
      kind: 'different',
    })
    const more: Manifest = { ...syntheticManifest, seeds: [3, 9], configs: [] }
    await (await ResultStore.resume(directory, more)).close()
    const { manifest } = await readRun(directory)
    expect(manifest.seeds).toEqual([1, 2, 3, 9])
    expect(manifest.configs).toHaveLength(4)
  })

  test('append after close is a mistake of ours', async () => {
    const store = await ResultStore.create(directory, syntheticManifest)
    await store.close()
    await expect(store.append(record())).rejects.toThrow('append after close')
  })
})
