// A run directory from a stranger who means harm: links out of it, devices and pipes in it.

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makePipe, withoutPipes } from '../test/named-pipe.ts'
import { openForAppending, ownFolder, putFile, readBytes } from './run-file.ts'

let directory: string
let outside: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-run-file-'))
  directory = join(folder, 'run')
  outside = join(folder, 'outside')
  await mkdir(directory)
  await writeFile(outside, 'precious')
})
afterEach(() => rm(join(directory, '..'), { recursive: true }))

describe('a file of a run directory', () => {
  it('takes the place of a link, and what the link led to stays', async () => {
    await symlink(outside, join(directory, 'summary.json'))
    await putFile(directory, 'summary.json', '{}')
    expect(await readFile(outside, 'utf8')).toBe('precious')
    expect(await readFile(join(directory, 'summary.json'), 'utf8')).toBe('{}')
    expect(await readdir(directory)).toEqual(['summary.json'])
  })

  it('that cannot be put is one error with its path, and leaves nothing beside it', async () => {
    await mkdir(join(directory, 'summary.json'))
    await expect(putFile(directory, 'summary.json', '{}')).rejects.toThrow(
      /summary.json: expected a place of its own in the run directory that can be written, got a folder$/,
    )
    expect(await readdir(directory)).toEqual(['summary.json'])
  })

  it('is not appended to through a link', async () => {
    await symlink(outside, join(directory, 'rows.jsonl'))
    await expect(openForAppending(directory, 'rows.jsonl')).rejects.toThrow(
      /rows.jsonl: .* a link$/,
    )
  })

  it('does not lie in a folder that is a link', async () => {
    await symlink(join(directory, '..'), join(directory, 'charts'))
    await expect(ownFolder(directory, 'charts')).rejects.toThrow(/charts: expected .* got a link/)
    const folder = await ownFolder(directory, 'others')
    expect(await ownFolder(directory, 'others')).toBe(folder)
  })

  it('is read only if it is one, and no larger than asked', async () => {
    await symlink('/dev/zero', join(directory, 'zero'))
    await expect(readBytes(join(directory, 'zero'), 10)).rejects.toThrow(
      /zero: expected a readable file, got a folder, a pipe or a device$/,
    )
    await expect(readBytes(outside, 4)).rejects.toThrow(/expected at most 4 bytes, got 8/)
    expect(await readBytes(outside, 8)).toEqual(Buffer.from('precious'))
    expect(await readBytes(join(directory, 'none'), 8)).toBeUndefined()
  })

  const without = withoutPipes
  it.skipIf(without !== '')(`is not waited for if it is a pipe${without}`, async () => {
    makePipe(join(directory, 'manifest.json'))
    await expect(readBytes(join(directory, 'manifest.json'), 10)).rejects.toThrow(/a pipe/)
  })
})
