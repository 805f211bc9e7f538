// Source lines, compared with binutils' reading of the same tables at every halfword of an image's code.
// Needs riscv64-unknown-elf-addr2line, which names a wrong file for rows before a table's first change of
// file (as of 2.40): where it names a line that its file does not have, it is not believed.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { image } from '../../guest/images.ts'
import { sectionsOf } from '../../machine/elf/file.ts'
import { readSourceLines } from './source-lines.ts'

const STEP = 2

it.each(['kernel', 'kernel-memv6', 'memvisor', 'firmware'])(
  'of %s are those of addr2line',
  async (name) => {
    const { bytes } = await image(name)
    const text = sectionsOf(bytes, name).find((section) => section.name === '.text')!
    const first = Number(text.address)
    const addresses = Array.from({ length: text.size / STEP }, (_, n) => first + n * STEP)
    const file = fileURLToPath(new URL(`../../guest/images/${name}.elf`, import.meta.url))
    const input = addresses.map((address) => address.toString(16)).join('\n')
    const { stdout } = await execa('riscv64-unknown-elf-addr2line', ['-e', file], { input })
    const theirs = stdout.split('\n').map(plain)
    const lines = readSourceLines(bytes)
    const ours = addresses.map((address) => lines(address))
    const differ = addresses
      .map((address, n) => `${address.toString(16)}: ${ours[n]} ${theirs[n]}`)
      .filter((_, n) => ours[n] !== theirs[n] && isThere(theirs[n]))
    expect(addresses.length).toBeGreaterThan(100)
    expect(differ).toEqual([])
  },
)

/** Undefined for `??:0` and `entry.o:?`; without `./` in front and a discriminator behind. */
function plain(said: string): string | undefined {
  if (/\?$|^\?\?/.test(said)) return undefined
  return said.replace(/^(\.\/)+/, '').replace(/ \(discriminator \d+\)$/, '')
}

/** Does the source have that line? */
function isThere(source: string | undefined): boolean {
  const [, path, line] = /^(.*):(\d+)$/.exec(source ?? '') ?? []
  if (path === undefined) return true
  const file = new URL(`../../guest/${path}`, import.meta.url)
  if (!existsSync(file)) return true
  return Number(line) <= readFileSync(file, 'utf8').split('\n').length
}
