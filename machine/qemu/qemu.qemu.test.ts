// The QEMU back end, on the committed images: boots, answers, tells its state, and leaves nothing behind.
// Needs qemu-system-riscv64.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { image } from '../../guest/images.ts'
import { disk } from '../../guest/mkfs.ts'
import { HANGS_AFTER_MS } from '../../test/patience.ts'
import type { MachineSpec } from '../machine.ts'
import { openMachine } from '../open.ts'
import { cycles, MiB, physical } from '../units.ts'
import { QemuMachine } from './qemu.ts'

const PROMPT = /(?:^|\n)\$ $/
const SECOND = 1_000_000_000
const KERNEL = 0x8020_0000

async function specOf(changes: Partial<MachineSpec> = {}): Promise<MachineSpec> {
  const [firmware, kernel] = await Promise.all([image('firmware'), image('kernel')])
  return {
    firmware: firmware.bytes,
    kernel: kernel.bytes,
    bootargs: 'seed=1',
    banks: [{ bytes: 128 * MiB, role: 'original' }],
    disk: await disk(),
    network: true,
    harts: 1,
    profile: 'flat',
    ...changes,
  }
}

// A folder of our own for temporary files, to see what is left in it.
beforeAll(async () => {
  process.env.TMPDIR = await mkdtemp(join(tmpdir(), 'mirrorbench-leftovers-'))
})
afterAll(() => rm(tmpdir(), { recursive: true }))
const leftovers = (): Promise<string[]> => readdir(tmpdir())

describe('QEMU as a machine', () => {
  it('boots, takes commands, and ends with the guest', async () => {
    await using machine = await QemuMachine.open(await specOf())
    const until = { text: PROMPT, deadline: cycles(10 * SECOND) }
    expect((await machine.run(until)).kind).toBe('text')
    machine.console.type('echo mirror > f\ncat f\n')
    const heard = await machine.run({ text: /mirror\r?\n\$ $/, deadline: cycles(100 * SECOND) })
    expect(heard.kind).toBe('text')
    expect(machine.now()).toBeGreaterThan(1_000_000)
    machine.console.type('poweroff\n')
    const off = await machine.run({ deadline: cycles(1000 * SECOND) })
    expect(off).toEqual({ kind: 'power-off', code: 0 })
    await expect(machine.registers(0)).rejects.toThrow(/got the end of its connection/)
  })

  it('tells registers and memory as our machine does, before the first instruction', async () => {
    const spec = await specOf()
    await using qemu = await QemuMachine.open(spec)
    await using ours = await openMachine(spec)
    const there = await qemu.registers(0)
    const here = await ours.registers(0)
    expect([there.pc, there.privilege]).toEqual([here.pc, here.privilege])
    expect(there.x).toHaveLength(32)
    for (const name of ['satp', 'vsatp', 'hgatp', 'mtvec', 'mepc', 'medeleg', 'mie']) {
      expect([name, there.csr[name]]).toEqual([name, here.csr[name]])
    }
    const code = await qemu.read(physical(KERNEL), 5000)
    expect(Buffer.compare(code, await ours.read(physical(KERNEL), 5000))).toBe(0)
  })

  it('claims nothing that it cannot keep, and says why', async () => {
    await using machine = await QemuMachine.open(await specOf())
    const absent = ['counters', 'snapshot', 'memory-error', 'marks', 'network'] as const
    for (const capability of absent) {
      expect(machine.capabilities.has(capability)).toBe(false)
      expect(machine.lacks[capability]).toMatch(/\w+/)
    }
    await expect(machine.counters()).rejects.toThrow(/no counters: its disk/)
    await expect(machine.snapshot()).rejects.toThrow(/no snapshot/)
    await expect(machine.inject()).rejects.toThrow(/no memory-error: a riscv64 guest/)
  })

  it('stops a guest that never waits at the deadline, and at an abort', async () => {
    // QEMU takes what is no ELF file as the first bytes of RAM.
    const kernel = Uint8Array.of(0x6f, 0, 0, 0) // j .
    const banks = [{ bytes: 128 * MiB, role: 'original' }] as const
    const spec: MachineSpec = { kernel, banks, harts: 1, profile: 'flat' }
    await using machine = await QemuMachine.open(spec)
    expect(await machine.run({ deadline: cycles(SECOND / 10) })).toEqual({ kind: 'deadline' })
    expect(machine.now()).toBeGreaterThanOrEqual(SECOND / 10)
    const signal = AbortSignal.timeout(100)
    expect(await machine.run({ deadline: cycles(1e15), signal })).toEqual({ kind: 'aborted' })
  })

  it.each([
    [{ profile: 'in-order' }, /profile flat, the only one of QEMU/],
    [{ banks: [{ bytes: 100, role: 'original' }] }, /whole MiB/],
  ] as const)('refuses %j', async (changes, says) => {
    await expect(specOf(changes).then(QemuMachine.open)).rejects.toThrow(says)
    expect(await leftovers()).toEqual([])
  })

  it('says in QEMU’s words why it does not start', async () => {
    const wrong = specOf({ harts: 1000 }).then(QemuMachine.open)
    await expect(wrong).rejects.toThrow(/expected .* to start, it ended: .*CPUs/)
  })
})

describe('nothing is left behind', () => {
  afterEach(async () => expect(await leftovers()).toEqual([]))

  it('by a machine that is disposed of', async () => {
    const machine = await QemuMachine.open(await specOf())
    expect(await leftovers()).toHaveLength(1)
    await machine[Symbol.asyncDispose]()
  })

  it('by a process that is killed', async () => {
    const program = `
      import { QemuMachine } from './machine/qemu/qemu.ts'
      import { image } from './guest/images.ts'
      const kernel = (await image('kernel')).bytes
      const banks = [{ bytes: 128 << 20, role: 'original' }]
      await QemuMachine.open({ kernel, banks, harts: 1, profile: 'flat' })
      process.kill(process.pid, 'SIGKILL')`
    const options = { reject: false, timeout: HANGS_AFTER_MS } as const
    const args = ['--input-type=module', '-e', program]
    const { signal, stderr } = await execa(process.execPath, args, options)
    expect([signal, stderr]).toEqual(['SIGKILL', ''])
    await expect.poll(leftovers).toEqual([])
  })
})

it('without QEMU there is one clear line', async () => {
  const args = ['cli/main.ts', 'run', '--backend', 'qemu', '--workload', 'noop']
  const env = { MIRRORBENCH_QEMU: 'no-such-qemu' }
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, { reject: false, env })
  expect(stderr).toBe(
    'mirrorbench: expected no-such-qemu in PATH, got none. ' +
      'Try: apt-get install qemu-system-misc (or name a QEMU in MIRRORBENCH_QEMU)',
  )
  expect([exitCode, stdout]).toEqual([2, ''])
})
