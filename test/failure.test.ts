// Guests that panic, hang and loop: each is a failed cell with its stop, its last console lines and a
// symbolised backtrace, and the harness goes on.

import { describe, expect, it } from 'vitest'
import type { Config } from '../configs/config.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { determinantsOf } from '../harness/cell.ts'
import type { Parts } from '../harness/computer.ts'
import { matrix } from '../harness/matrix.ts'
import { realParts } from '../harness/real-parts.ts'
import { Workbench } from '../harness/workbench.ts'
import { pick } from '../registry/registry.ts'
import type { Workload } from '../workloads/workload.ts'
import { elfOf } from './elf-image.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const JUMP_TO_SELF = 0x0000_006f
const WFI = 0x1050_0073
const JUMP_BACK_ONE = 0xffdf_f06f
/** csrw sie, x0 */
const NO_INTERRUPTS = 0x1040_1073

const catalogue = await loadCatalogue()

async function outcomeOf(
  config: Config,
  drive: Workload['drive'] = async () => {},
  parts: Parts = realParts,
) {
  const workload = { name: 'w', about: '', drive }
  await using bench = new Workbench({
    run: 'test',
    hostLimit: HANGS_AFTER_MS,
    parts,
    catalogue: {
      ...catalogue,
      configs: new Map([[config.name, config]]),
      workloads: new Map([['w', workload]]),
    },
  })
  const selection = { profile: 'flat', backend: 'rv64', seeds: [1] } as const
  const print = { version: '', images: {}, disk: '', bootargs: '', config: determinantsOf(config) }
  const chosen = { ...selection, configs: [config], workloads: [workload] }
  const [plan] = matrix(chosen, () => print)
  const { outcome } = await bench.run(plan!)
  if (outcome.kind !== 'failed') throw new Error(`expected a failure, got ${outcome.kind}`)
  return outcome
}

function withKernel(...instructions: readonly number[]): Config {
  const kernel = async () => ({ name: 'test', bytes: elfOf(...instructions), sha256: '' })
  return { ...pick(catalogue.configs, 'config', 'none'), kernel }
}

describe('a guest that', () => {
  it('loops for ever stops at its deadline', async () => {
    const outcome = await outcomeOf(withKernel(JUMP_TO_SELF))
    expect(outcome.stop).toBe('deadline')
    expect(outcome.backtrace?.[0]).toBe('HS 0x80200000')
    expect(outcome.why).toMatch(
      /expected the shell's prompt after reset; the guest stopped by dead/,
    )
  })

  it('waits for nothing is stuck', async () => {
    const outcome = await outcomeOf(withKernel(NO_INTERRUPTS, WFI, JUMP_BACK_ONE))
    expect(outcome.stop).toMatch(/^stuck: /)
  })

  it('waits at the shell for ever stops at the deadline of its workload', async () => {
    const none = pick(catalogue.configs, 'config', 'none')
    const outcome = await outcomeOf(none, async (guest) => {
      guest.type('cat')
      await guest.expect(/never/)
    })
    expect(outcome.stop).toBe('deadline')
    expect(outcome.console).toMatch(/\$ cat\n$/)
    expect(outcome.backtrace?.join('\n')).toMatch(/console_read.*\n.*sys_read.*\n.*syscall/)
  })

  it.each(['none', 'memvisor'])('panics under %s shows where', async (name) => {
    const blank = { ...realParts, disk: async () => new Uint8Array(1 << 20) }
    const outcome = await outcomeOf(pick(catalogue.configs, 'config', name), undefined, blank)
    expect(outcome.stop).toBe('power-off with code 1')
    expect(outcome.console).toMatch(
      /panic: superblock: no file system.*\n\s+at 0x[0-9a-f]+ superblock_init/,
    )
    expect(outcome.backtrace?.[0]).toMatch(/^HS 0x[0-9a-f]+ power_off/)
  })

  it('powers off in the middle of a workload is a failure with its code', async () => {
    const outcome = await outcomeOf(pick(catalogue.configs, 'config', 'none'), async (guest) => {
      await guest.command('poweroff 5')
    })
    expect(outcome.stop).toBe('power-off with code 5')
  })
})
