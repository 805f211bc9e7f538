// The committed images: each is what the lock says, none is beside it, and together they stay small.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ImageError, ImageFolder, image, imageNames } from './images.ts'

/** What the repository allows for all images together. */
const MOST_BYTES = 3_000_000

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

test('lock and folder name the same images, and the bytes are those of the lock', async () => {
  const entries = await readdir(here('images'), { recursive: true })
  const files = entries
    .filter((name) => name.endsWith('.elf'))
    .map((name) => name.slice(0, -'.elf'.length).replaceAll('\\', '/'))
  const names = await imageNames()
  expect(files.sort()).toEqual([...names].sort())
  let together = 0
  for (const name of names) together += (await image(name)).bytes.length
  expect(together).toBeLessThan(MOST_BYTES)
})

test('names can be chosen by their beginning', async () => {
  const users = await imageNames('user/')
  expect(users).toContain('user/sh')
  expect(users.every((name) => name.startsWith('user/'))).toBe(true)
})

test('an image that the lock does not name is an error that says so', async () => {
  await expect(image('no-such')).rejects.toThrow(ImageError)
  await expect(image('no-such')).rejects.toThrow('guest/images.lock names, got "no-such"')
})

test('a damaged, a missing image and a broken lock are errors that say what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'images-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'images'))
  await cp(here('images.lock'), join(folder, 'images.lock'))
  const bytes = await readFile(here('images/firmware.elf'))
  const opened = () => new ImageFolder(pathToFileURL(`${folder}/`))

  await writeFile(join(folder, 'images/firmware.elf'), bytes)
  expect((await opened().image('firmware')).bytes).toEqual(bytes)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(join(folder, 'images/firmware.elf'), bytes)
  await expect(opened().image('firmware')).rejects.toThrow(
    /^guest\/images\/firmware\.elf: expected sha256 \w{64}, got \w{64}\. Restore it with: git /,
  )
  await expect(opened().image('kernel')).rejects.toThrow(
    /^guest\/images\/kernel\.elf: expected the image, got none\. Restore it with: git /,
  )
  for (const lock of ['{"compiler": "x"', '{}', 'null', '']) {
    await writeFile(join(folder, 'images.lock'), lock)
    await expect(opened().image('firmware'), lock).rejects.toThrow(ImageError)
    await expect(opened().names(), lock).rejects.toThrow(/^guest\/images\.lock: expected /)
  }
})

test('every system call of abi.h has its stub and its declaration', async () => {
  const read = (path: string) => readFile(here(path), 'utf8')
  const abi = await read('include/abi.h')
  const calls = [...abi.matchAll(/^#define SYS_(\w+)/gm)].map(([, name]) => name)
  const stubs = [...(await read('user/usys.c')).matchAll(/^STUB(?:_WITH)?\((\w+)[,)]/gm)].map(
    ([, n]) => n,
  )
  expect(stubs).toEqual(calls)
  const header = await read('user/user.h')
  for (const name of calls) expect(header).toMatch(new RegExp(`\\b${name}\\(`))
})
