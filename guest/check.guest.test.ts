// The builder, tried on two of its images in folders of their own: equal sources give equal bytes,
// and guest:check notices an image that was changed, sources that were, and sources that do not
// build.

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const PARTS = ['Makefile', 'install.sh', 'check.sh', 'include', 'bare']

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guest-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const part of PARTS) {
    await cp(join(here, part), join(folder, part), { recursive: true })
  }
  await edit('bare/objects.mk', (text) =>
    text
      .replace(/^ISA := (?:.*\\\n)*.*/m, 'ISA := lui jump')
      .replace(/^SMP := .*/m, 'SMP :=')
      .replace(/^# Performance kernels[\s\S]*/m, ''),
  )
  expect(await run('make', '-C', folder)).toMatchObject({ code: 0 })
})

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(folder, file), 'latin1')
  expect(change(before)).not.toBe(before)
  await writeFile(join(folder, file), change(before), 'latin1')
}

function run(program: string, ...args: string[]): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(program, args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, said: stdout + stderr })
    })
  })
}

const check = () => run('sh', join(folder, 'check.sh'))

test('the same sources give the same bytes here and there', async () => {
  const lock = JSON.parse(await readFile(join(folder, 'images.lock'), 'utf8'))
  const committed = JSON.parse(await readFile(join(here, 'images.lock'), 'utf8'))
  expect(Object.keys(lock.images)).toEqual(['isa-wrong', 'isa/jump', 'isa/lui'])
  if (lock.compiler === committed.compiler) expect(committed.images).toMatchObject(lock.images)
  const images = '3 images rebuilt, byte for byte equal'
  expect(await check()).toMatchObject({ code: 0, said: expect.stringContaining(images) })
})

test('a changed image is noticed', async () => {
  await edit('images/isa/lui.elf', (bytes) => `${bytes.slice(0, -1)}\x7f`)
  expect(await check()).toMatchObject({ code: 1, said: expect.stringContaining('lui.elf') })
})

test('a changed source is noticed', async () => {
  await edit('bare/isa/lui.S', (text) => text.replace('START', 'START\n  nop'))
  expect(await check()).toMatchObject({ code: 1, said: expect.stringContaining('npm run guest') })
})

test('a source that does not build is noticed, and keeps nobody else from being built', async () => {
  await edit('bare/isa/lui.S', (text) => text.replace('START', 'START\n  no-such-instruction'))
  await edit('bare/isa/jump.S', (text) => text.replace('START', 'START\n  nop'))
  expect(await check()).toMatchObject({ code: 2 })
  const before = await readFile(join(folder, 'images/isa/lui.elf'))
  const made = await run('make', '-C', folder)
  expect(made).toMatchObject({ code: 2, said: expect.stringContaining('installed isa/jump') })
  expect(await readFile(join(folder, 'images/isa/lui.elf'))).toEqual(before)
})

test('without the compiler it says what to install', async () => {
  const { code, said } = await run('make', '-C', folder, 'TOOLS=no-such-')
  expect(code).toBe(2)
  expect(said).toContain('expected no-such-gcc, found none')
  expect(said).toContain('apt-get install gcc-riscv64-unknown-elf')
})
