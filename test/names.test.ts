// The names in the pages: a path or an identifier that a *.md file sets in backticks stands in the tree, and so does
// the target of every link. It reads pages and sources as text; blocks of code are left out, for
// test/adding.test.ts carries them out.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** Folders that hold nothing of the project's own, or only what it has made. */
const NOT_OURS = /(^|\/)(\.git|node_modules)(\/|$)|^(guest\/build|results\/runs|coverage)(\/|$)/
/** Paths and names that pages may name although no source holds them, and whose they are. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'a run writes it': ['summary.json', 'charts/*.svg'],
  'a build writes it': ['guest/build', 'node_modules/.cache/mirrorbench'],
  "gdb's": ['hbreak', 'rwatch', 'awatch'],
  "Linux's": ['kvm.ko'],
}
const known = new Set(Object.values(ELSEWHERE).flat())

const SOURCE = /\.(ts|js|c|h|S|ld|mk|json|suite|html)$|(^|\/)Makefile$/
const FILE = /\.(ts|js|c|h|S|ld|mk|json|md|svg|suite|elf)$/
const SPAN = /`([^`\n]+)`/g
const FENCED = /^```[\s\S]*?^```$/gm

const entries = entriesIn('')
const files = entries.filter(({ folder }) => !folder).map(({ path }) => path)
const pages = files
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }))
const identifiers = new Set(
  files
    .filter((path) => SOURCE.test(path) && path !== 'test/names.test.ts')
    .flatMap((path) => readFileSync(join(project, path), 'utf8').match(/[A-Za-z_]\w*/g) ?? []),
)

describe('the names in the pages', () => {
  it('are of files and folders that exist', () => {
    const wrong = spans().filter(({ page, span }) => isPath(span) && !exists(page, span))
    expect(wrong.map(shown)).toEqual([])
  })

  it('are identifiers that the sources hold', () => {
    const wrong = spans().filter(({ span }) => {
      const names = /^[A-Za-z_]\w*(\.\w+)*(\(\))?$/.test(span) && !FILE.test(span)
      return (
        names &&
        !span
          .replace('()', '')
          .split('.')
          .every((name) => identifiers.has(name))
      )
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('are the targets of links', () => {
    const wrong = pages.flatMap(({ path, text }) =>
      [...text.replaceAll(FENCED, '').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^https?:/.test(target))
        .filter((target) => !entries.some((entry) => entry.path === fromPage(path, target)))
        .map((target) => `${path}: ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('are scripts of package.json and verbs, in blocks of code too', () => {
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    const verbs = files.filter((path) => /^cli\/verbs\/[\w-]+\.ts$/.test(path))
    const commands = [...verbs.map((path) => basename(path, '.ts')), 'help']
    const wrong = pages.flatMap(({ path, text }) => {
      const added = [...text.matchAll(/^```ts cli\/verbs\/(\S+)\.ts$/gm)].map(([, name]) => name)
      const scripted = [...text.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)]
        .map(([, name]) => name!)
        .filter((name) => !Object.hasOwn(scripts, name))
      const called = [...text.matchAll(/mirrorbench -- ([a-z]+)/g)]
        .map(([, name]) => name!)
        .filter((name) => !commands.includes(name) && !added.includes(name))
      return [...scripted, ...called].map((name) => `${path}: ${name}`)
    })
    expect(wrong).toEqual([])
  })

  it('are left out only while a page uses them', () => {
    const used = new Set(allSpans().map(({ span }) => span))
    expect([...known].filter((name) => !used.has(name))).toEqual([])
  })
})

interface Span {
  readonly page: string
  readonly span: string
}

function allSpans(): readonly Span[] {
  return pages.flatMap(({ path, text }) =>
    [...text.replaceAll(FENCED, '').matchAll(SPAN)].map(([, span]) => ({
      page: path,
      span: span!,
    })),
  )
}

function spans(): readonly Span[] {
  return allSpans().filter(({ span }) => !known.has(span))
}

/** Absolute paths are a guest's or a host's, `*` and NAME stand for any name. */
function isPath(span: string): boolean {
  return /^[\w.*-][\w./*-]*$/.test(span) && (span.includes('/') || FILE.test(span))
}

/** A page names a path by its end, as far as it is clear; what is new is a file that a block of the page adds. */
function exists(page: string, span: string): boolean {
  const name = span.replace(/^\.\//, '').replace(/\/$/, '')
  if (added(page).includes(name)) return true
  const pattern = name.replaceAll('.', '\\.').replaceAll('*', '[^/]*').replaceAll('NAME', '[^/]+')
  const path = new RegExp(`(^|/)${pattern}$`)
  return entries.some((entry) => path.test(entry.path))
}

/** Files that blocks of code of this page add, and the charts that they draw. */
function added(page: string): readonly string[] {
  const { text } = pages.find(({ path }) => path === page)!
  const paths = [...text.matchAll(/^```\w+ (\S+)$/gm)].map(([, path]) => path!)
  const charts = paths.filter((path) => path.startsWith('charts/figures/'))
  return [...paths, ...charts.map((path) => `charts/${basename(path, '.ts')}.svg`)]
}

function fromPage(page: string, target: string): string {
  const path = resolve(project, dirname(page), target)
  return relative(project, path).replaceAll('\\', '/')
}

function entriesIn(folder: string): readonly { readonly path: string; readonly folder: boolean }[] {
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (NOT_OURS.test(path)) return []
    const own = { path, folder: entry.isDirectory() }
    return entry.isDirectory() ? [own, ...entriesIn(path)] : [own]
  })
}

function shown({ page, span }: Span): string {
  return `${page}: \`${span}\``
}
