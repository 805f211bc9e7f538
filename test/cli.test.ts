import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { elfOf } from './elf-image.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs it as npm does: the launcher under whatever Node the tests have. */
const mirrorbench = (...args: string[]) => mirrorbenchIn({}, ...args)

/** Runs it with more in its environment. */
async function mirrorbenchIn(more: Readonly<Record<string, string>>, ...args: string[]) {
  const { MIRRORBENCH_DEBUG: _, ...rest } = process.env
  const env = { ...rest, ...more }
  const options = { reject: false, extendEnv: false, env, cwd: project, stdin: 'ignore' } as const
  return execa(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], options)
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.concurrent('wrong use', () => {
  it.each([
    [['nope'], /unknown command 'nope'. Try: npm run -s mirrorbench -- --help$/],
    [['reprot', 'x'], /unknown command 'reprot' \(Did you mean report\?\)\. Try: /],
    [['compare', 'a', 'b'], /unknown command 'compare'/],
    [['run', '--shard', '1/2'], /unknown option '--shard'/],
    [['run', '--frob'], /unknown option '--frob'. Try: npm run -s mirrorbench -- run --help$/],
    [['run', '--sedes', '3'], /'--sedes' \(Did you mean --seeds\?\)\. Try: .* run --help$/],
    [['run', '--config', 'nope'], /a config out of none, memv6, .*; got 'nope'\. Try: .* -- list$/],
    [['run', '--config', 'mex*'], /a config out of none, memv6, .*; got 'mex\*'/],
    [['run', '--workload', 'commands/x*'], /a workload out of [^\n]*; got 'commands\/x\*'/],
    [
      ['run', '--out', 'README.md'],
      /README.md: expected a directory that can be written, got a file/,
    ],
    [['trace', '--out', '/none/x'], /^mirrorbench: \/none\/x: expected a folder \/none, got none$/],
    [['disk', '/none/x/y'], /^mirrorbench: \/none\/x\/y: expected a folder \/none, got none$/],
    [['report', 'README.md'], /README.md: expected a run directory with manifest.json, got none/],
    [['run', '--workload', 'nope'], /a workload out of .*; got 'nope'/],
    [['run', '--suite', 'thesis'], /a suite out of nightly, quick; got 'thesis'/],
    [['run', '--suite', 'quick', '--workload', 'micro/wait'], /suite quick, .* like 'micro\/wait'/],
    [
      ['run', '--profile', 'fast'],
      /a profile out of flat, in-order, in-order-small, in-order-bimodal; got 'fast'/,
    ],
    [
      ['run', '--backend', 'qemu', '--profile', 'in-order'],
      /a profile out of flat on qemu; got 'in-order'/,
    ],
    [['run', '--backend', 'bochs'], /'bochs' is invalid\. Allowed choices are rv64, qemu\. Try: /],
    [['run', '--seeds', '0'], /'--seeds <n>' argument '0' is invalid/],
    [['run', '--jobs', 'x'], /'--jobs <n>' argument 'x' is invalid/],
    [['run', '--resume'], /expected --out DIR/],
    [['report', '/nonexistent/run'], /expected a run directory/],
    [['audit', '--config', 'none'], /expected a config that promises backups/],
    [
      ['machine', '--kernel', '/nonexistent/kernel.elf'],
      /nonexistent\/kernel.elf: expected a folder \/nonexistent, got none$/,
    ],
    [['machine', '--kernel', 'x', '--hostfwd', '80'], /Expected p:q/],
    [['machine', '--kernel', 'guest/images/kernel.elf', '--harts', '9'], /from 1 to 8, got 9/],
    [['machine', '--kernel', 'guest'], /guest: expected a file, got a folder/],
    [
      ['machine', '--kernel', 'guest/images/kernel.elf', '--memory', '1'],
      /kernel guest\/images\/kernel.elf: expected it to lie in 1048576 bytes of RAM/,
    ],
  ])('%j is one line on stderr and exit code 2', async (args, says) => {
    const { exitCode, stdout, stderr } = await mirrorbench(...args)
    expect(stderr).toMatch(says)
    expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
    expect(stderr).not.toMatch(/\.\. Try:/)
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })
})

describe('a bad environment', () => {
  it('an output directory that cannot be written is exit code 2', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const args = ['run', '--config', 'none', '--workload', 'noop', '--out', join(file, 'run')]
    const { exitCode, stderr } = await mirrorbench(...args)
    expect(stderr).toMatch(/^mirrorbench: [^\n]*file\/run[^\n]*$/)
    expect(exitCode).toBe(2)
  })

  it('a damaged rows file is exit code 2, and it is left as it was', async () => {
    const run = join(folder, 'damaged')
    await mkdir(run)
    await writeFile(join(run, 'rows.jsonl'), 'nonsense\n')
    const { exitCode, stderr } = await mirrorbench('report', run)
    expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
    expect(exitCode).toBe(2)
  })

  it('a port in use is exit code 2', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((ready) => server.once('listening', ready))
    const { port } = server.address() as { port: number }
    const { exitCode, stderr } = await mirrorbench('serve', '--port', String(port))
    server.close()
    expect(stderr).toMatch(/^mirrorbench: expected port \d+ of 127.0.0.1 free, got in use/m)
    expect(exitCode).toBe(2)
  })

  it('a kernel that is no ELF file is exit code 2', async () => {
    const file = join(folder, 'kernel.elf')
    await writeFile(file, 'this is no kernel')
    const { exitCode, stderr } = await mirrorbench('machine', '--kernel', file)
    expect(stderr).toMatch(/^mirrorbench: kernel [^\n]*kernel.elf: expected an ELF file[^\n]*$/)
    expect(exitCode).toBe(2)
  })
})

describe.concurrent('the end of a session', () => {
  const WFI = 0x10500073
  const JUMP_TO_ITSELF = 0x0000006f
  /** lui t0, 0x100; lui t1, 0x5; addi t1, t1, 0x555; sw t1, 0(t0): power off, code 0. */
  const POWER_OFF = [0x001002b7, 0x00005337, 0x55530313, 0x0062a023, JUMP_TO_ITSELF]
  /** lui t0, 0x10000; li t1, '!'; sb t1, 0(t0): a character by the UART. */
  const SAY_AND_SPIN = [0x100002b7, 0x02100313, 0x00628023, JUMP_TO_ITSELF]

  /** The same again and again. */
  const SAY_FOR_EVER = [0x100002b7, 0x02100313, 0x00628023, 0xffdff06f]

  async function kernelOf(name: string, code: readonly number[]): Promise<string> {
    const kernel = join(folder, name)
    await writeFile(kernel, elfOf(...code))
    return kernel
  }

  it('is a failure if the guest waits for what cannot come', async () => {
    const kernel = await kernelOf('wait.elf', [WFI, JUMP_TO_ITSELF])
    const { exitCode, stderr } = await mirrorbench('machine', '--bios', 'none', '--kernel', kernel)
    expect(stderr).toMatch(/^mirrorbench: the guest is stuck: it waits[^\n]*$/)
    expect(exitCode).toBe(1)
  })

  it.each([
    ['computes in silence', [JUMP_TO_ITSELF]],
    ['says more and more', SAY_FOR_EVER],
  ])('is a failure if the guest %s after the input, at the limit', async (name, code) => {
    const kernel = await kernelOf(`${name}.elf`, code)
    const args = ['machine', '--bios', 'none', '--kernel', kernel, '--limit', '1', '--silence', '1']
    const { exitCode, stderr } = await mirrorbench(...args)
    expect(stderr).toMatch(
      /^mirrorbench: the input has ended or is not taken, and the guest has gone on for as much of (the host's|its own) time as --limit allows[^\n]*$/,
    )
    expect(exitCode).toBe(1)
  })

  it("is the guest's own if it powers off", async () => {
    const kernel = await kernelOf('off.elf', POWER_OFF)
    const { exitCode, stderr } = await mirrorbench('machine', '--bios', 'none', '--kernel', kernel)
    expect([exitCode, stderr]).toEqual([0, ''])
  })

  it('is 130 by Ctrl-C, once or twice', async () => {
    const kernel = await kernelOf('busy.elf', SAY_AND_SPIN)
    const args = ['machine', '--bios', 'none', '--kernel', kernel]
    const child = execa(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], {
      reject: false,
      cwd: project,
      detached: true,
    })
    await new Promise((heard) => child.stdout.once('data', heard))
    process.kill(-child.pid!, 'SIGINT')
    process.kill(-child.pid!, 'SIGINT')
    expect((await child).exitCode).toBe(130)
  })

  it('is 0 for a shell whose lines have ended at a prompt, or that powered off', async () => {
    for (const input of ['echo hi\n', 'echo hi\npoweroff\n']) {
      const args = ['cli/launch.js', 'cli/main.ts', 'shell']
      const options = { reject: false, cwd: project, input } as const
      const { exitCode, stdout } = await execa(process.execPath, args, options)
      expect(stdout).toMatch(/^hi$/m)
      expect(exitCode).toBe(0)
    }
  })
})

describe.concurrent('perf', () => {
  it.each([
    [['--help'], 0, /^Usage: npm run -s perf/, /^$/],
    [['--nope'], 2, /^$/, /^mirrorbench: unknown option '--nope'. Try: npm run -s perf -- --help$/],
    [
      ['--ruonds', '1'],
      2,
      /^$/,
      /^mirrorbench: [^\n]*'--ruonds' \(Did you mean --rounds\?\)[^\n]*$/,
    ],
    [
      ['--rounds', 'x'],
      2,
      /^$/,
      /^mirrorbench: [^\n]*'x' is invalid. Expected a whole number >= 1[^\n]*$/,
    ],
    [
      ['--engines', 'v8'],
      2,
      /^$/,
      /^mirrorbench: [^\n]*'v8' is invalid. Expected some out of compiler, fast, [^\n]*$/,
    ],
  ])('%j is exit code %i and no stack trace', async (args, code, says, complains) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      ['cli/launch.js', 'cli/dev/perf.ts', ...args],
      { reject: false, cwd: project, stdin: 'ignore' },
    )
    expect(stderr).toMatch(complains)
    expect(stdout).toMatch(says)
    expect(exitCode).toBe(code)
  })
})

describe.concurrent('lockstep', () => {
  it.each([
    [['--help'], 0, /^Usage: npm run -s lockstep/, /^$/],
    [[], 2, /^$/, /^mirrorbench: missing required argument 'name'. Try: [^\n]*$/],
    [
      ['--nope'],
      2,
      /^$/,
      /^mirrorbench: unknown option '--nope'. Try: npm run -s lockstep -- --help$/,
    ],
    [['kernel'], 2, /^$/, /^mirrorbench: lockstep: expected a name out of [^\n]*; got 'kernel'$/m],
    [['none', '--slice', '0'], 2, /^$/, /^mirrorbench: [^\n]*'0' is invalid. Expected a whole/m],
    [
      ['none', '--engines', 'v8'],
      2,
      /^$/,
      /^mirrorbench: [^\n]*'v8' is invalid. Expected some out of [^\n]*$/,
    ],
    [
      ['none', '--profile', 'fast'],
      2,
      /^$/,
      /^mirrorbench: [^\n]*'fast' is invalid. Allowed choices are flat, in-order, [^\n]*$/m,
    ],
    [
      ['isa/jump', '--qemu', '--profile', 'in-order'],
      2,
      /^$/,
      /^mirrorbench: lockstep: --qemu: expected profile flat, the only one of QEMU; got 'in-order'[^\n]*$/,
    ],
    [
      ['isa/jump', '--profile', 'in-order-bimodal', '--eager', '--block', '1'],
      0,
      /^isa\/jump: equal in \d+ slices up to cycle \d+ \(power-off\)$/m,
      /^\s*$/,
    ],
    [['isa/jump'], 0, /^isa\/jump: equal in \d+ slices up to cycle \d+ \(power-off\)$/m, /^\s*$/],
  ])('%j is exit code %i and no stack trace', async (args, code, says, complains) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      ['cli/launch.js', 'cli/dev/lockstep.ts', ...args],
      { reject: false, cwd: project, stdin: 'ignore' },
    )
    expect(stderr).toMatch(complains)
    expect(stdout).toMatch(says)
    expect(exitCode).toBe(code)
  })
})

describe('a run', () => {
  const small = [
    'run',
    '--config',
    'none',
    '--workload',
    'noop,boot',
    '--seeds',
    '2',
    '--jobs',
    '1',
  ]

  it('leaves rows, summary and report, and prints the table', async () => {
    const out = join(folder, 'whole')
    const { exitCode, stdout, stderr } = await mirrorbench(...small, '--out', out, '--resume')
    expect(stderr).toMatch(/^[^\n]*whole: no run to go on with; this starts a new one$/m)
    expect(stderr).toMatch(/^report: .*whole\/report.html$/m)
    expect(stdout).toMatch(/4 cells done, 0 skipped, 0 failed/)
    expect(exitCode).toBe(0)
    const left = await readdir(out)
    expect(left).toEqual(expect.arrayContaining(['manifest.json', 'rows.jsonl', 'summary.json']))

    const again = await mirrorbench(...small, '--out', out)
    expect(again.stderr).toMatch(/expected a new directory/)
    expect(again.exitCode).toBe(2)

    const rows = await readFile(join(out, 'rows.jsonl'))
    const resumed = await mirrorbench(...small, '--out', out, '--resume', '--json')
    expect(resumed.exitCode).toBe(0)
    expect(resumed.stderr).not.toMatch(/a new one/)
    expect(JSON.parse(resumed.stdout).cells.done).toBe(4)
    expect((await readFile(join(out, 'rows.jsonl'))).equals(rows)).toBe(true)
  })

  it('that is interrupted keeps what is finished, and goes on from there', async () => {
    const out = join(folder, 'interrupted')
    const many = ['run', '--config', 'none', '--workload', 'commands/ls', '--jobs', '1']
    const args = [...many, '--seeds', '12', '--out', out]
    const child = execa(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], {
      reject: false,
      cwd: project,
      stdin: 'ignore',
      detached: true, // its own process group, so that Ctrl-C reaches launcher and child alike
    })
    await untilRowsIn(out)
    process.kill(-child.pid!, 'SIGINT')
    process.kill(-child.pid!, 'SIGINT') // `timeout -s INT` sends it to the child and to its group
    const { exitCode, stderr } = await child
    expect(await readdir(out)).not.toContain('lock')
    expect(stderr).toMatch(/^interrupted: \d+ of 12 cells are kept in .*--resume$/m)
    expect(exitCode).toBe(130)

    const kept = Number(/interrupted: (\d+) of/.exec(stderr)?.[1])
    expect(kept).toBeGreaterThan(0)
    const rest = await mirrorbench(...args, '--resume', '--json')
    expect(rest.exitCode).toBe(0)
    expect(JSON.parse(rest.stdout).cells.done).toBe(12)
  })
})

/** Resolves when the run in `out` has stored its first cell. */
async function untilRowsIn(out: string): Promise<void> {
  for (;;) {
    const rows = await readFile(join(out, 'rows.jsonl'), 'utf8').catch(() => '')
    if (rows.includes('\n')) return
    await new Promise((next) => setTimeout(next, 20))
  }
}

const elsewhere = process.platform !== 'linux'
const without = elsewhere ? ' (skipped: /dev/full and ulimit are those of Linux)' : ''
describe.skipIf(elsewhere)(`a full disk${without}`, () => {
  it.each([
    [['list'], 'stdout'],
    [['trace', '--out', '/dev/full'], '/dev/full'],
    [['disk', '/dev/full'], '/dev/full'],
    [['shell', '--record', '/dev/full'], '/dev/full'],
  ])('%j is told in one line that names %s', async (args, name) => {
    await using full = await open('/dev/full', 'w')
    const stdout = name === 'stdout' ? full.fd : 'ignore'
    const child = spawn(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], {
      cwd: project,
      stdio: ['ignore', stdout, 'pipe'],
    })
    const stderr = await text(child.stderr!)
    expect(stderr).toBe(`mirrorbench: ${name}: expected free space on the disk, got none\n`)
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(2)
  })
})

describe.skipIf(elsewhere)(`a limit for the size of a file${without}`, () => {
  it.each([
    [['disk', 'FILE'], /^mirrorbench: [^\n]*large: expected room in a file, got its limit/],
    [['trace', '--out', 'FILE'], /^mirrorbench: [^\n]*large: expected room in a file, got its/],
  ])('is told by %j in one line', async (args, says) => {
    const words = args.map((word) => (word === 'FILE' ? join(folder, 'large') : word)).join(' ')
    const command = `ulimit -f 1; exec "${process.execPath}" cli/launch.js cli/main.ts ${words}`
    const options = { reject: false, cwd: project, stdin: 'ignore' } as const
    const { exitCode, stderr } = await execa('sh', ['-c', command], options)
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/\n/)
    expect(exitCode).toBe(2)
  })
})

describe('what there is', () => {
  it('is listed as a table and as JSON', async () => {
    expect((await mirrorbench('list')).stdout).toMatch(
      /^profiles: flat, in-order, [^\n]*\n\nconfig +against +policy +about\nnone +– /m,
    )
    const { configs, workloads } = JSON.parse((await mirrorbench('list', '--json')).stdout)
    expect(configs).toHaveLength(4)
    expect(workloads.map(({ name }: { name: string }) => name)).toContain('backup-latency')
  })

  it('can be planned without running', async () => {
    const args = ['run', '--suite', 'quick', '--config', 'none', '--workload', 'noop,boot']
    const { stdout, exitCode } = await mirrorbench(...args, '--dry-run')
    expect(stdout).toBe('6 cells: 2 workloads, 1 configs, 3 seeds; profile in-order')
    expect(exitCode).toBe(0)
    const patterns = ['run', '--config', 'mem*', '--workload', 'noop', '--list']
    expect((await mirrorbench(...patterns)).stdout).toMatch(/ noop · memv6 .*\n.* noop · memvisor /)
    const listed = await mirrorbench(...args, '--list')
    expect(listed.stdout.split('\n')).toHaveLength(6)
    expect(listed.stdout).toMatch(/^[0-9a-f]{32} {2}boot · none · seed 3$/m)
  })

  it('can be planned without the back end that would run it, but not run', async () => {
    const env = { MIRRORBENCH_QEMU: '/nonexistent/qemu' }
    const args = ['run', '--config', 'none', '--workload', 'noop,boot', '--backend', 'qemu']
    const on = (...more: string[]) => mirrorbenchIn(env, ...args, ...more)
    const plan = await on('--dry-run')
    expect(plan.stdout).toBe('2 cells: 2 workloads, 1 configs, 1 seeds; profile flat')
    expect(plan.stderr).toMatch(/^this plan cannot be run here: expected \S*qemu in PATH[^\n]*$/)
    const list = await on('--list')
    expect(list.stdout).toMatch(/^– {33}noop · none · seed 1\n– {33}boot · none · seed 1$/)
    const { cells } = JSON.parse((await on('--list', '--json')).stdout)
    expect(cells.map(({ key }: { key?: string }) => key)).toEqual([undefined, undefined])
    const run = await on('--out', join(folder, 'without-qemu'))
    expect(run.stderr).toMatch(/^mirrorbench: expected \S*qemu in PATH, got none/)
    expect([plan, list, run].map(({ exitCode }) => exitCode)).toEqual([0, 0, 2])
    expect(await readdir(folder)).not.toContain('without-qemu')
  })
})
