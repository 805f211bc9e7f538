// docs/adding.md, followed to the letter: in a scratch copy, the files that it names and no more give a verb, a
// config, an invariant, a probe, a workload, a chart, a claim and a profile that work.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
/** What no copy needs: it is linked, made anew, or another's. */
const LEFT_OUT = ['node_modules', '.git', 'guest/build', 'results/runs', 'docs', 'test']
const OUT = 'results/runs/adding'

let copy: string
let page: string

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'mirrorbench-adding-'))
  page = await readFile(join(project, 'docs', 'adding.md'), 'utf8')
  for (const name of await readdir(project)) {
    if (LEFT_OUT.includes(name)) continue
    await cp(join(project, name), join(copy, name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.some((left) => path === join(project, left)),
    })
  }
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'), 'junction')
  for (const { path, text } of blocks('ts')) {
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await writeFile(join(copy, path), text, { flag: 'wx' })
  }
  for (const { path, text } of blocks('diff')) {
    const before = await readFile(join(copy, path), 'utf8')
    await writeFile(join(copy, path), changed(before, text))
  }
})
afterAll(() => rm(copy, { recursive: true, force: true }))

describe('what docs/adding.md adds', () => {
  it('is a verb that does its work, and stands in --help', async () => {
    const [images] = commands()
    const { exitCode, stdout } = await mirrorbench(images!)
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^kernel$/m)])
    expect((await mirrorbench('--help')).stdout).toMatch(/^ {2}images +the guest's images$/m)
  })

  it('is a config, an invariant, a probe, a workload, a chart, a claim and a profile in one run', async () => {
    const [, run] = commands()
    const { exitCode, stderr } = await mirrorbench(run!)
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^report: /m)])
    const rows = await readFile(join(copy, OUT, 'rows.jsonl'), 'utf8')
    expect(rows).toMatch(/"workload":"commands\/wc"[^\n]*"config":"roomy"/)
    expect(rows).toMatch(/"metric":"waited"/)
    const manifest = JSON.parse(await readFile(join(copy, OUT, 'manifest.json'), 'utf8'))
    expect(manifest.profile.name).toBe('in-order-hasty')
    expect(await readdir(join(copy, OUT, 'charts'))).toContain('waited.svg')
    const { claims } = JSON.parse(await readFile(join(copy, OUT, 'summary.json'), 'utf8'))
    expect(claims).toContainEqual(
      expect.objectContaining({ name: 'roomy-memory', verdict: 'reproduced' }),
    )
  })

  it('is refused where a rule of its kind is broken', async () => {
    const path = join(copy, 'harness/invariants/translating.ts')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('SV39 = 8n', 'SV39 = 9n'))
    const words = 'run --config roomy --workload commands/wc --out results/runs/violated'
    const { exitCode, stderr } = await mirrorbench(words)
    expect(stderr).toMatch(/^violated: commands\/wc[^\n]*satp: expected mode 9, got 8$/m)
    expect(exitCode).toBe(1)
  })
})

interface Block {
  readonly path: string
  readonly text: string
}

/** The page's blocks of code that name a file, in order. */
function blocks(language: string): Block[] {
  const fences = page.matchAll(/^```(\w+) (\S+)\n([\s\S]*?)^```$/gm)
  return [...fences]
    .filter(([, kind]) => kind === language)
    .map(([, , path, text]) => ({ path: path!, text: text! }))
}

/** The text after each `-` of the block has become what stands after the `+` below it. */
function changed(before: string, block: string): string {
  const pairs = block.matchAll(/^-(.*)\n((?:\+.*\n)+)/gm)
  return [...pairs].reduce((text, [, from, to]) => {
    expect(text).toContain(from)
    return text.replace(from!, to!.trimEnd().replaceAll(/^\+/gm, ''))
  }, before)
}

/** What the page tells to type after `npm run -s mirrorbench --`. */
function commands(): string[] {
  return [...page.matchAll(/^npm run -s mirrorbench -- (.*)$/gm)].map(([, words]) => words!)
}

function mirrorbench(words: string) {
  const args = ['cli/launch.js', 'cli/main.ts', ...words.split(' ')]
  return execa(process.execPath, args, { cwd: copy, reject: false, stdin: 'ignore' })
}
