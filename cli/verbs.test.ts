import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PURPOSE, verbsFor } from './verbs.ts'

const folder = new URL('verbs/', import.meta.url)
const files = readdirSync(folder).filter((file) => !file.endsWith('.test.ts'))
const names = files.map((file) => file.replace(/\.ts$/, ''))

test('words that begin with no verb load all, ordered by purpose, then by name', async () => {
  for (const words of [[], ['--help'], ['help', 'run'], ['rum']]) {
    const all = await verbsFor(words)
    expect(all.map((verb) => verb.name()).toSorted()).toEqual(names.toSorted())
    const purposes = all.map((verb) => verb.helpGroup())
    expect([...new Set(purposes)]).toEqual(Object.values(PURPOSE))
    expect(purposes.filter((purpose, n) => purpose !== purposes[n - 1])).toHaveLength(4)
  }
})

test('a verb is loaded alone where the words begin with it', async () => {
  for (const name of names) {
    expect((await verbsFor([name, '--help'])).map((verb) => verb.name())).toEqual([name])
  }
})

test('no verb calls another: what two need lies beside cli/verbs', () => {
  const calls = files.filter((file) => /from '\.\/|\/verbs\//.test(source(file)))
  expect(calls).toEqual([])
})

test('verbs that run no guest load no emulator, and those that draw nothing no charts', () => {
  const heavy = /^import (?!type)[^'\n]*'[./]*(?:machine\/rv64\/|charts\/)/m
  expect(files.filter((file) => heavy.test(source(file)))).toEqual([])
})

function source(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}
