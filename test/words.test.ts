// The words of the house: a doc comment has a noun, a sentence has an actor, a type's name is declared once, and
// what is exported is used. It reads sources as text. Where a room is not there yet, a count or a list here says how
// much is left; it may only shrink.

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
/** The most comments that still open so, by folder. */
const NOUNLESS_LEFT: Readonly<Record<string, number>> = { machine: 190 }

/** Pronouns that stand where an actor should be named. */
const ACTORLESS = /\b(nobody|somebody|whoever|everybody|anybody)\b/gi
const ACTORLESS_LEFT: Readonly<Record<string, number>> = { machine: 75 }

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
    expect(excess(NOUNLESS, NOUNLESS_LEFT)).toEqual([])
  })

  it('name who acts', () => {
    expect(excess(ACTORLESS, ACTORLESS_LEFT)).toEqual([])
  })

  it('declare a type once', () => {
    const declared = programs.flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?(?:interface|type|class) (\w+)/gm)].map(
        ([, name]) => ({ name: name!, path }),
      ),
    )
    const twice = [...Map.groupBy(declared, ({ name }) => name)]
      .filter(([name, all]) => all.length > 1 && !PRIVATE_EVERYWHERE.has(name))
      .filter(([name]) => !TWICE_LEFT.has(name))
      .map(([name, all]) => `${name}: ${all.map(({ path }) => path).join(', ')}`)
    expect(twice).toEqual([])
  })

  it('export no value that no other file uses', () => {
    const values = /^export (?:async )?(?:const|let|function\*?|(?:abstract )?class) (\w+)/gm
    const unused = programs.flatMap(({ path, text }) =>
      [...text.matchAll(values)]
        .map(([, name]) => name!)
        .filter((name) => !UNUSED_LEFT.has(name) && !isNamedBesides(path, name))
        .map((name) => `${path}: ${name}`),
    )
    expect(unused).toEqual([])
  })
})

/** The places by folder of what the pattern meets in comments, where a folder has more than are left to it. */
function excess(pattern: RegExp, left: Readonly<Record<string, number>>): string[] {
  return FOLDERS.flatMap((folder) => {
    const met = sources
      .filter((source) => source.folder === folder)
      .flatMap(({ path, text }) =>
        [...commentsOf(text).matchAll(pattern)].map(([words]) => `${path}: ${words.trim()}`),
      )
    return met.length > (left[folder] ?? 0) ? [`${folder}: ${met.length}`, ...met] : []
  })
}

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
