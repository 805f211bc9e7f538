// doctor: what this machine can do, and what to do about what it cannot.

import { availableParallelism, totalmem } from 'node:os'
import { basename, dirname } from 'node:path'
import { Command } from 'commander'
import { image, imageNames } from '../../guest/images.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { Computer, specFor } from '../../harness/computer.ts'
import { realParts } from '../../harness/real-parts.ts'
import { printableJson } from '../../results/printable.ts'
import { FINE, USAGE } from '../exit.ts'
import { packageVersion } from '../package-version.ts'
import { table } from '../table.ts'
import { PURPOSE } from '../verbs.ts'

interface Check {
  readonly what: string
  /** `no` only where the main job cannot run without it. */
  readonly state: 'yes' | 'no' | 'absent'
  readonly detail: string
}

const GiB = 1024 ** 3
const LEAST_GIB = 2
const TOOL_MS = 10_000

export default new Command('doctor')
  .helpGroup(PURPOSE.ask)
  .description('what this machine can do')
  .option('--json', 'the same as JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const checks = await examine()
    const rows = checks.map(({ what, state, detail }) => [what, state, detail])
    process.stdout.write(
      json
        ? `${printableJson({ mirrorbench: packageVersion(), checks }, 2)}\n`
        : table(['what', 'there', 'detail'], rows),
    )
    process.exitCode = checks.some(({ state }) => state === 'no') ? USAGE : FINE
  })

async function examine(): Promise<Check[]> {
  return [
    node(),
    memory(),
    await attempt('guest images', imagesAreWhole),
    await attempt('a boot to the prompt', boots),
    await tool(
      'riscv64-unknown-elf-gcc',
      'to rebuild images: apt-get install gcc-riscv64-unknown-elf',
    ),
    await tool(
      'qemu-system-riscv64',
      'for --backend qemu and in .ci/run: apt-get install qemu-system-misc',
    ),
  ]
}

function node(): Check {
  const pinned = basename(dirname(dirname(process.execPath))).startsWith('node-')
  const detail = `${process.versions.node}${pinned ? ', the pinned one' : ', not the pinned one'}`
  return { what: 'node', state: 'yes', detail }
}

function memory(): Check {
  const has = totalmem() / GiB
  const detail = `${availableParallelism()} cores, ${has.toFixed(1)} GiB`
  return { what: 'host', state: has >= LEAST_GIB ? 'yes' : 'no', detail }
}

async function imagesAreWhole(): Promise<string> {
  const names = await imageNames()
  await Promise.all(names.map((name) => image(name)))
  return `${names.length} images, each as guest/images.lock says`
}

async function boots(): Promise<string> {
  const { configs } = await loadCatalogue()
  const spec = await specFor(configs.get('none')!, realParts, { seed: 1, profile: 'flat' })
  await using computer = new Computer(realParts, spec)
  const started = performance.now()
  const machine = await computer.atPrompt(AbortSignal.timeout(60_000))
  const ms = Math.round(performance.now() - started)
  return `config none: ${machine.now()} cycles, ${ms} ms of host time`
}

async function attempt(what: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { what, state: 'yes', detail: await work() }
  } catch (error) {
    return { what, state: 'no', detail: error instanceof Error ? error.message : String(error) }
  }
}

async function tool(name: string, use: string): Promise<Check> {
  try {
    const { execa } = await import('execa')
    const { stdout } = await execa(name, ['--version'], { timeout: TOOL_MS })
    return { what: name, state: 'yes', detail: stdout.split('\n')[0]!.trim() }
  } catch {
    return { what: name, state: 'absent', detail: `only needed ${use}` }
  }
}
