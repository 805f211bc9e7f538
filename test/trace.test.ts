import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../harness/catalogue.ts'
import { chromeTrace } from '../harness/chrome-trace.ts'
import { Computer, specFor } from '../harness/computer.ts'
import { realParts } from '../harness/real-parts.ts'
import { record } from '../harness/trace.ts'
import { pick } from '../registry/registry.ts'

const HZ = 1_000_000_000
const catalogue = await loadCatalogue()

async function recorded(name: string, ...lines: readonly string[]) {
  const config = pick(catalogue.configs, 'config', name)
  const spec = await specFor(config, realParts, { seed: 1, profile: 'flat' })
  await using computer = new Computer(realParts, spec)
  const machine = await computer.atPrompt()
  const before = await machine.counters()
  const result = await record(machine, config, lines, HZ)
  const after = await machine.counters()
  return { result, busy: after.busy - before.busy }
}

describe('a trace', () => {
  it('of a command names functions and processes, and every busy cycle', async () => {
    const { result, busy } = await recorded('none', 'echo hello', 'micro syscall 3')
    expect(result.said[0]).toBe('hello\n')
    expect(result.profile.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(busy)
    const functions = result.profile.map((share) => share.function)
    expect(functions).toEqual(expect.arrayContaining(['syscall', 'user_trap', 'sys_write']))
    expect(
      result.profile.filter((share) => share.privilege === 'HS' && share.function === '?'),
    ).toEqual([])
    const programs = new Set(result.trace.spans.map(({ name }) => name))
    expect([...programs].filter((name) => name?.startsWith('pid ')).length).toBeGreaterThan(2)
    expect(result.marks.length).toBeGreaterThanOrEqual(6)
  })

  it('of a guest of Memvisor tells host from guest', async () => {
    const { result } = await recorded('memvisor', 'echo hello')
    const by = (privilege: string) =>
      result.profile.filter((share) => share.privilege === privilege)
    expect(by('HS').map((share) => share.function)).toContain('exit_handle')
    expect(by('VS').map((share) => share.function)).toContain('syscall')
    expect(by('VU').length).toBeGreaterThan(0)
  })

  it('opens in a viewer: events in order, each on a named row', async () => {
    const { result } = await recorded('none', 'echo hello')
    const { traceEvents, profile } = chromeTrace(result, HZ, { config: 'none' })
    const timed = traceEvents.filter(({ ph }) => ph !== 'M')
    expect(timed.every(({ ts }, n) => n === 0 || ts >= timed[n - 1]!.ts)).toBe(true)
    expect(timed.every(({ ph, dur }) => ph !== 'X' || (dur ?? 0) > 0)).toBe(true)
    const rows = traceEvents.filter(({ name }) => name === 'thread_name')
    const known = new Set(rows.map(({ pid, tid }) => `${pid} ${tid}`))
    expect(timed.filter(({ pid, tid }) => !known.has(`${pid} ${tid}`))).toEqual([])
    expect(timed.map(({ name }) => name)).toEqual(expect.arrayContaining(['HS', 'ecall from U']))
    expect(profile).toEqual(result.profile)
  })

  it('is written by the command line, with a table', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-trace-'))
    try {
      const out = join(folder, 'trace.json')
      const args = ['cli/main.ts', 'trace', '--line', 'echo hello', '--out', out, '--top', '3']
      const { stdout } = await execa(process.execPath, args, { stdin: 'ignore' })
      expect(stdout.split('\n')).toHaveLength(5)
      expect(stdout).toMatch(/^where +function +cycles +share +instructions\n/)
      expect(stdout).toMatch(/\d+ busy cycles, \d+ of waiting, \d+ traps, \d+ spans$/)
      const written = JSON.parse(await readFile(out, 'utf8'))
      expect(written.otherData).toMatchObject({ config: 'none', lines: 'echo hello', seed: '1' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
