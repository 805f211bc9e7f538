// The second opinion: QEMU runs the same images to the same console output. Needs qemu-system-riscv64.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { PATIENCE, PROMPT } from '../harness/conversation.ts'
import { realParts } from '../harness/real-parts.ts'
import { QEMU } from '../machine/qemu/version.ts'
import { cycles } from '../machine/units.ts'
import { pick } from '../registry/registry.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const LINES = ['ls', 'cat README | wc', 'forktest', 'echo mirror > f', 'cat f', 'mkdir d', 'ls d']
const END = 'poweroff'

let folder: string
let disk: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-qemu-'))
  disk = join(folder, 'disk.img')
  await writeFile(disk, await realParts.disk())
})
afterAll(() => rm(folder, { recursive: true }))

const images = (name: string): string =>
  fileURLToPath(new URL(`../guest/images/${name}.elf`, import.meta.url))

async function onQemu(kernel: string, memory: string, firmware: string): Promise<string> {
  const machine = ['-M', 'virt', '-m', memory, '-bios', firmware, '-kernel', images(kernel)]
  const child = execa(
    QEMU,
    [
      ...machine,
      ...['-append', 'seed=1', '-nographic', '-global', 'virtio-mmio.force-legacy=false'],
      ...['-drive', `file=${disk},if=none,format=raw,id=d,snapshot=on`],
      ...['-device', 'virtio-blk-device,drive=d,bus=virtio-mmio-bus.0'],
    ],
    { timeout: HANGS_AFTER_MS, reject: false, buffer: false },
  )
  let said = ''
  const waiting = [...LINES, END]
  for await (const chunk of child.iterable({ from: 'stdout', binary: true })) {
    said += Buffer.from(chunk as Uint8Array).toString('latin1')
    if (said.endsWith('\n$ ')) child.stdin.write(`${waiting.shift()}\n`)
  }
  return said
}

async function onOurs(config: string): Promise<string> {
  const { configs } = await loadCatalogue()
  const options = { seed: 1, profile: 'flat' }
  const spec = await specFor(pick(configs, 'config', config), realParts, options)
  await using machine = await realParts.open({ ...spec, network: false })
  for (const line of [...LINES, END]) {
    const deadline = cycles(machine.now() + PATIENCE)
    expect((await machine.run({ text: PROMPT, deadline })).kind).toBe('text')
    machine.console.type(`${line}\n`)
  }
  await machine.run({ deadline: cycles(machine.now() + PATIENCE) })
  return machine.console.transcript
}

/** The console from the shell's start on: what firmware and kernel say before names their memory. */
function session(console: string): string {
  return console.replaceAll('\r', '').replace(/^[\s\S]*?(?=init: starting sh)/, '')
}

describe('QEMU and our machine', () => {
  it.each([
    ['none', 'kernel', '128M'],
    ['memv6', 'kernel-memv6', '256M'],
  ])(
    'show the same console under %s, on our firmware and on OpenSBI',
    async (config, kernel, memory) => {
      const ours = session(await onOurs(config))
      expect(ours).toContain('fork test OK')
      expect(session(await onQemu(kernel, memory, images('firmware')))).toBe(ours)
      expect(session(await onQemu(kernel, memory, 'default'))).toBe(ours)
    },
  )

  it('end the hypervisor with a clear line where satp does not trap', async () => {
    const { stdout } = await execa(QEMU, ['--version'])
    const trapsSatp = Number(/version (\d+)/.exec(stdout)?.[1]) >= 8
    if (trapsSatp) return
    const said = await onQemu('memvisor', '384M', images('firmware'))
    expect(said).toMatch(/memvisor: expected/)
  })
})
