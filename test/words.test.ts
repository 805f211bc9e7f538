// The words of the house: a doc comment has a noun, a sentence has an actor, a type's name is declared once, and
// what is exported is used. It reads sources as text. A name that does not keep a rule yet stands in a list here, which
// can only shrink: one that keeps it must go.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const FOLDERS = readdirSync(project, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^\.|^(node_modules|docs)$/.test(entry.name))
  .map(({ name }) => name)

/** Words with which a comment opens that leaves out what it speaks of: `Of RAM.`, `Those of a region.` */
const NOUNLESS =
  /\/\*\*\s*\*?\s*(Of|Those|Its|As|That|From|To|In|On|At|By|With|Without|For|Also|Until|Than)\b/g

/** Pronouns that stand where an actor should be named. */
const ACTORLESS = /\b(nobody|somebody|whoever|everybody|anybody)\b/gi

/** Types of one name with two meanings that still wait for a name of their own. */
const TWICE_LEFT = words(`
  Access Answer Binary Block Context End Format Halt IntegerKind Layout Meaning Node Outcome Pair
  Piece Placed Range Reach Segment Session Span Waiting Way Width
`)
/** A verb's or a tool's options and what a test calls its world are private to the file, and of one meaning. */
const PRIVATE_EVERYWHERE = words('Options')

/** Exported values that only their own file names. */
const UNUSED_LEFT = words(`
  instructionAt MISA_HI MISA_LO STATUS_HI XLEN_HI permissionFor immediateOf COUNTER_CYCLE
  COUNTER_INSTRET CONSUMERS MSS MOST_HARTS
`)

interface Source {
  readonly path: string
  readonly folder: string
  readonly text: string
}

const sources = FOLDERS.flatMap(filesOf)
const programs = sources.filter(({ path }) => !/\.(test|fixture)\.ts$/.test(path))

describe('the words of the house', () => {
  it('open a doc comment with what it is about', () => {
    expect(met(NOUNLESS)).toEqual([])
  })

  it('name who acts', () => {
    expect(met(ACTORLESS)).toEqual([])
  })

  it('declare a type once', () => {
    const declared = programs.flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?(?:interface|type|class) (\w+)/gm)].map(
        ([, name]) => ({ name: name!, path }),
      ),
    )
    const twice = [...Map.groupBy(declared, ({ name }) => name)].filter(
      ([name, all]) => all.length > 1 && !PRIVATE_EVERYWHERE.has(name),
    )
    const strangers = twice
      .filter(([name]) => !TWICE_LEFT.has(name))
      .map(([name, all]) => `${name}: ${all.map(({ path }) => path).join(', ')}`)
    expect(strangers).toEqual([])
    const cured = [...TWICE_LEFT].filter((left) => !twice.some(([name]) => name === left))
    expect(cured, 'names that need no exception any more').toEqual([])
  })

  it('export no value that no other file uses', () => {
    const values = /^export (?:async )?(?:const|let|function\*?|(?:abstract )?class) (\w+)/gm
    const unused = programs.flatMap(({ path, text }) =>
      [...text.matchAll(values)]
        .map(([, name]) => ({ path, name: name! }))
        .filter(({ name }) => !isNamedBesides(path, name)),
    )
    const strangers = unused.filter(({ name }) => !UNUSED_LEFT.has(name))
    expect(strangers.map(({ path, name }) => `${path}: ${name}`)).toEqual([])
    const cured = [...UNUSED_LEFT].filter((left) => !unused.some(({ name }) => name === left))
    expect(cured, 'names that need no exception any more').toEqual([])
  })
})

/** What the pattern meets in comments, by file. */
const met = (pattern: RegExp): string[] =>
  sources.flatMap(({ path, text }) =>
    [...commentsOf(text).matchAll(pattern)].map(([words]) => `${path}: ${words.trim()}`),
  )

function commentsOf(text: string): string {
  return text.match(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm)?.join('\n') ?? ''
}

function isNamedBesides(path: string, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`)
  return sources.some((source) => source.path !== path && word.test(source.text))
}

function filesOf(folder: string): Source[] {
  const entries = readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(project, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('guest/build') && path !== 'test/words.test.ts')
    .map((path) => ({ path, folder, text: readFileSync(join(project, path), 'utf8') }))
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''))
}
