import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAttachment } from '../../harness/attachment.ts'
import type { Machine } from '../../machine/machine.ts'
import { openMachine } from '../../machine/open.ts'
import { MiB } from '../../machine/units.ts'
import { elfOf } from '../../test/elf-image.ts'
import { attend, host } from './terminal.ts'

const JUMP_TO_ITSELF = 0x0000006f

/** A keyboard whose keys are written to it. */
class Keyboard extends PassThrough {
  readonly isTTY = true
  raw = false
  setRawMode(on: boolean): void {
    this.raw = on
  }
}

let keyboard: Keyboard
let machine: Machine
let said: string
const outside = openAttachment()
beforeEach(async () => {
  keyboard = new Keyboard()
  said = ''
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(keyboard as unknown as typeof process.stdin)
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text
    return true
  })
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  const spec = { kernel: elfOf(JUMP_TO_ITSELF), banks, harts: 1, profile: 'flat' }
  machine = await openMachine({ ...spec, pacer: outside.pacer })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await machine[Symbol.asyncDispose]()
})

describe('a keyboard', () => {
  it('hands Ctrl-C to the guest of a console, as the first line says, and Ctrl-a x leaves', async () => {
    const over = attend(machine, outside)
    keyboard.write('a\u0003\u0001\u0001')
    await vi.waitUntil(() => machine.console.waiting >= 3, 60_000)
    keyboard.write('\u0001x')
    expect((await over).left).toBe('person')
    expect(said).toMatch(/^Ctrl-a x ends the session; Ctrl-C goes to the guest, [^\n]*\n$/)
    expect(keyboard.raw).toBe(false)
  })

  it('ends a server by Ctrl-C, as the first line says', async () => {
    const over = host(machine, outside)
    keyboard.write('a\u0003')
    expect((await over).left).toBe('signal')
    expect(said).toMatch(/^Ctrl-C ends the server; [^\n]*\n$/)
    expect(keyboard.raw).toBe(false)
  })
})
