// A real gdb with our machine: it breaks on a function of the kernel, walks the stack, steps and watches.
// Needs gdb-multiarch.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { image } from '../../guest/images.ts'
import { disk } from '../../guest/mkfs.ts'
import { HANGS_AFTER_MS } from '../../test/patience.ts'
import { Rv64Machine } from '../rv64/rv64.ts'
import { cycles, MiB } from '../units.ts'
import { serveGdb } from './server.ts'

async function kernelMachine(): Promise<Rv64Machine> {
  const [firmware, kernel] = await Promise.all([image('firmware'), image('kernel')])
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
  const spec = {
    firmware: firmware.bytes,
    kernel: kernel.bytes,
    bootargs: 'seed=1',
    banks: [{ bytes: 128 * MiB, role: 'original' }],
    disk: await disk(),
    harts: 1,
    profile: 'flat',
  } as const
  return new Rv64Machine(spec, { breathe })
}

async function gdb(port: number, commands: readonly string[], name = 'kernel'): Promise<string> {
  const kernel = fileURLToPath(new URL(`../../guest/images/${name}.elf`, import.meta.url))
  const lines = [
    'set pagination off',
    'set remotetimeout 60',
    `target remote 127.0.0.1:${port}`,
    ...commands,
  ]
  const options = ['-q', '-nx', '-batch', ...lines.flatMap((command) => ['-ex', command]), kernel]
  const { all: said } = await execa('gdb-multiarch', options, {
    timeout: HANGS_AFTER_MS,
    all: true,
  })
  return said
}

it('gdb finds its way about the kernel', async () => {
  const machine = await kernelMachine()
  const server = await serveGdb(machine.debugger(), 0)
  const over = new AbortController()
  const running = machine.run({ deadline: cycles(1e15), signal: over.signal })
  const said = await gdb(server.port, [
    ...['info registers priv pc', 'break sys_exec', 'continue', 'backtrace'],
    ...['info registers priv', 'stepi', 'x/i $pc', 'p/x $satp', 'monitor info', 'delete'],
    ...['watch ticks', 'continue', 'set var ticks = 77', 'p ticks', 'detach'],
  ])
  expect(said).toMatch(/priv +0x3\s+prv:3 \[Machine\]\npc +0x1000/)
  expect(said).toMatch(/Breakpoint 1, sys_exec \(\) at kernel\/trap\/sys_process\.c:\d+/)
  expect(said).toMatch(/#0 +sys_exec .*\n#1 .* in syscall .*\n#2 .* in user_trap /)
  expect(said).toMatch(/prv:1 \[Supervisor\]/)
  expect(said).toMatch(/=> 0x802\w+ <sys_exec\+\d+>:/)
  expect(said).toMatch(/= 0x80000000000\w+\n/)
  expect(said).toMatch(/hart 0 in HS at 0x802\w+, cycle \d+\n/)
  expect(said).toMatch(
    /Old value = 0\nNew value = 1\ntimer_interrupt \(\) at kernel\/trap\/timer\.c:\d+/,
  )
  expect(said).toMatch(/= 77\n/)
  expect(said).toMatch(/detached/)

  // Detached, the guest runs on as if gdb had never been there.
  await expect.poll(() => machine.console.transcript).toMatch(/\n\$ $/)
  over.abort()
  await running
  await server.close()
})

it('gdb calls a function of the kernel', async () => {
  const machine = await kernelMachine()
  const server = await serveGdb(machine.debugger(), 0)
  const over = new AbortController()
  const running = machine.run({ deadline: cycles(1e15), signal: over.signal })
  const said = await gdb(server.port, [
    ...[
      'break sys_exec',
      'continue',
      'p/x $pc',
      'call (int)memcmp(&ticks, (char *)&ticks + 1, 0)',
      'p/x $pc',
      'detach',
    ],
  ])
  expect(said).toMatch(/\$1 = (0x\w+)\n[^$]*\$2 = 0\n\$3 = \1\n/)
  over.abort()
  await running
  await server.close()
})

it('gdb sees harts as threads', async () => {
  const kernel = (await image('smp/message')).bytes
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  const machine = new Rv64Machine({ kernel, banks, harts: 4, profile: 'flat' })
  const server = await serveGdb(machine.debugger(), 0)
  const running = machine.run({ deadline: cycles(1e9) })
  const said = await gdb(
    server.port,
    [
      ...['info threads', 'thread 3', 'p $mhartid', 'break _start', 'continue', 'continue'],
      ...['delete', 'stepi', 'p $mhartid', 'x/i $pc', 'thread 1', 'p $mhartid', 'detach'],
    ],
    'smp/message',
  )
  expect(said.match(/Thread \d \(hart \d in M at 0x1000, cycle 0\)/g)).toHaveLength(4)
  expect(said).toMatch(/\$1 = 2\n/)
  expect(said).toMatch(/Thread 1 hit Breakpoint 1, .* in _start/)
  expect(said).toMatch(/Thread 2 hit Breakpoint 1, .* in _start/)
  expect(said).toMatch(/\$2 = 1\n=> 0x8000000[24] <_start\+[24]>:/)
  expect(said).toMatch(/\$3 = 0\n/)
  expect(await running).toEqual({ kind: 'power-off', code: 0 })
  await server.close()
})
