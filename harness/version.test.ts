import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { sourceFiles, sourceVersion } from './version.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const texts = new Map<string, string>()

async function read(path: string): Promise<string> {
  const text = texts.get(path) ?? (await readFile(join(project, path), 'utf8'))
  texts.set(path, text)
  return text
}

const versionWithout = (changed: string) =>
  sourceVersion(async (path) => (await read(path)) + (path === changed ? '\n// changed' : ''))

/** Writes what a process has loaded, one URL a line, when it ends. */
const LISTENER = `
  import { registerHooks } from 'node:module'
  const seen = new Set()
  registerHooks({ load(url, context, next) { seen.add(url); return next(url, context) } })
  process.on('exit', () => process.stdout.write([...seen].join('\\n')))
`
/** What a worker does, on either back end; QEMU need not be there. */
const WORK = `
  import { pathToFileURL } from 'node:url'
  const room = (path) => import(pathToFileURL(process.cwd() + '/' + path).href)
  const { loadCatalogue } = await room('harness/catalogue.ts')
  const { determinantsOf } = await room('harness/cell.ts')
  const { matrix } = await room('harness/matrix.ts')
  const { realParts } = await room('harness/real-parts.ts')
  const { Workbench } = await room('harness/workbench.ts')
  await room('harness/worker.ts')
  await room('machine/qemu/qemu.ts')
  const catalogue = await loadCatalogue()
  const config = catalogue.configs.get('memv6')
  const workloads = [catalogue.workloads.get('noop')]
  const selection = { configs: [config], workloads, seeds: [1], profile: 'flat', backend: 'rv64' }
  const print = { version: '', images: {}, disk: '', bootargs: '', config: determinantsOf(config) }
  const bench = new Workbench({ run: 'test', catalogue, parts: realParts, hostLimit: ${HANGS_AFTER_MS} })
  const { outcome } = await bench.run(matrix(selection, () => print)[0])
  await bench[Symbol.asyncDispose]()
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
`
/** Loaded by WORK alone, or for the config's values, which are in the key themselves. */
const NOT_WORK = /^(configs\/|harness\/(cell|matrix)\.ts$|results\/(plan|cell|measurement)\.ts$)/

describe('the version', () => {
  it('is another with each file that a worker may load', async () => {
    const files = await sourceFiles(read)
    const versions = [await sourceVersion(read)]
    for (const path of files) versions.push(await versionWithout(path))
    expect(new Set(versions).size).toBe(files.length + 1)
  })

  it('holds what makes rows, wherever it lies', async () => {
    const files = await sourceFiles(read)
    expect(files).toEqual(
      expect.arrayContaining([
        'harness/invariants/coverage.ts',
        'machine/rv64/engine/reference.ts',
        'node_modules/tinybench/package.json',
        'results/coverage.ts',
        'workloads/micro/micro.ts',
      ]),
    )
  })

  it('is the same with other tests, helpers of tests, and verbs', async () => {
    const files = await sourceFiles(read)
    expect(files.filter((path) => /\.(test|fixture)\.ts$/.test(path))).toEqual([])
    const version = await sourceVersion(read)
    for (const path of [
      'harness/version.test.ts',
      'machine/rv64/engine/test-stand.fixture.ts',
      'machine/rv64/device/driver.fixture.ts',
      'test/fake-machine.ts',
      'cli/verbs/run.ts',
      'charts/page.ts',
    ]) {
      expect(await versionWithout(path)).toBe(version)
    }
  })

  it('holds every file that a worker really loads', async () => {
    const listener = `data:text/javascript,${encodeURIComponent(LISTENER)}`
    const options = ['--import', listener, '--input-type=module', '-']
    const { stdout } = await execa(process.execPath, options, { cwd: project, input: WORK })
    const home = pathToFileURL(project).href
    const loaded = stdout
      .split('\n')
      .filter((url) => url.startsWith(home) && !url.includes('/node_modules/'))
      .map((url) => url.slice(home.length))
    const files = new Set(await sourceFiles(read))
    expect(loaded).toContain('machine/rv64/engine/webassembly.ts')
    expect(loaded.filter((path) => !files.has(path) && !NOT_WORK.test(path))).toEqual([])
  })
})
