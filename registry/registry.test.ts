import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arranged, entriesIn, pick, RegistryError } from './registry.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-registry-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('registry', () => {
  it('finds entries by file name, below folders too, and passes over other files', async () => {
    await mkdir(join(folder, 'deep'))
    await writeFile(join(folder, 'b.ts'), "export default { name: 'b' }")
    await writeFile(join(folder, 'deep', 'a.ts'), "export default { name: 'deep/a' }")
    await writeFile(join(folder, 'door.ts'), 'export const nothing = 1')
    await writeFile(join(folder, 'b.test.ts'), 'throw new Error("not to be loaded")')
    expect([...(await entriesIn(folder)).keys()]).toEqual(['b', 'deep/a'])
  })

  it('refuses an entry that has another name than its file', async () => {
    await writeFile(join(folder, 'c.ts'), "export default { name: 'd' }")
    await expect(entriesIn(folder)).rejects.toThrow(/expected name 'c' as its file says, got 'd'/)
  })

  it('arranges entries by a list of names, those without a place last', () => {
    const there = new Map(['a', 'b', 'c'].map((name) => [name, { name }]))
    expect(arranged(there, ['c']).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
    expect(() => arranged(there, ['d'])).toThrow(RegistryError)
  })

  it('names what there is if asked for something else', () => {
    const there = new Map([['none', 1]])
    expect(pick(there, 'config', 'none')).toBe(1)
    expect(() => pick(there, 'config', 'non')).toThrow("a config out of none; got 'non'")
  })
})
