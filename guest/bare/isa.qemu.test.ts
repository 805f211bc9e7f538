// The ISA programs and those for several harts on QEMU: a second opinion on what they expect. Programs that QEMU is known to
// get wrong are listed with the reason; they must go on failing there, or the list is out of date.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { QEMU } from '../../machine/qemu/version.ts'
import { HANGS_AFTER_MS } from '../../test/patience.ts'
import { imageNames } from '../images.ts'

/** The number of harts in guest/bare/smp/smp.h. */
const HARTS = 4

interface Deviation {
  /** The first version tried (of 7.2 and 10.0) that does it right; absent if none was. */
  readonly until?: number
  readonly why: string
}

const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'isa/amo-misaligned': { why: 'reports a misaligned AMO as a misaligned load (cause 4)' },
  'isa/csr-epc': { why: 'mepc and sepc read back bit 0 as written' },
  'isa/csr-read-only': { until: 10, why: 'csrrs with a register that holds 0 counts as a read' },
  'isa/interrupt-priority': { why: 'without AIA the lowest interrupt number is taken first' },
  'isa/mprv': { until: 10, why: 'mret to a lower mode leaves MPRV set' },
  'isa/svadu': { until: 10, why: 'always sets A and D; menvcfg.ADUE does not exist' },
  'isa/walk-access': { why: 'a page table where no memory is gives a page fault' },
  'isa/zicboz': { until: 10, why: 'Zicboz does not exist' },
  'isa/h-float-dirty': { why: "vsstatus.SD reads 0; the guest's csrw fcsr leaves mstatus.FS" },
  'isa/h-hlv-crossing': {
    until: 10,
    why: 'the second page of an hlv that crosses is an access fault',
  },
  'isa/h-hlv-gva': { why: 'GVA stays 0 when an hlv traps to M-mode' },
  'isa/h-hlv-spvp': { until: 10, why: 'hlv as VS reads a page of VU' },
  'isa/h-hlvx': { why: 'hlvx raises faults of a fetch, not of a load' },
  'isa/h-htimedelta': { until: 10, why: 'a change of htimedelta does not reach vstimecmp' },
  'isa/h-illegal': { until: 10, why: 'an illegal instruction comes to VS with cause 1' },
  'isa/h-mxr': { until: 10, why: "the guest's MXR acts on the G-stage" },
  'isa/h-svadu': { until: 10, why: 'henvcfg.ADUE does not exist' },
  'isa/h-svadu-walk': { why: 'writes A and D into a table that the G-stage lets it only read' },
  'isa/h-tsr': { why: 'mstatus.TSR traps the sret of VS' },
  'isa/h-tvm': { until: 10, why: 'TVM does not guard hgatp' },
  'isa/h-vsip': { until: 10, why: 'vsip shows SSIP alone' },
  'isa/h-vtvm': { until: 10, why: 'VTVM does not trap satp' },
  'isa/h-vu': { why: "a supervisor's CSR in VU is an illegal instruction" },
  'isa/h-walk': { until: 10, why: 'a walk for a store is told as one for a load' },
  'isa/h-wide': { until: 10, why: 'guest-physical addresses have 39 bits' },
}

const version = await qemuVersion()
const programs = [...(await imageNames('isa/')), ...(await imageNames('smp/'))]

describe.skipIf(version === undefined)(`QEMU ${version ?? `(skipped: no ${QEMU})`}`, () => {
  test.each(programs)('%s', async (name) => {
    const deviation = DEVIATIONS[name]
    const wrong = deviation !== undefined && (version ?? 0) < (deviation.until ?? Infinity)
    const code = await run(name)
    if (wrong) expect(code, `no longer true: ${deviation.why}`).not.toBe(0)
    else expect(code, 'the number of the case that fails').toBe(0)
  })

  test('a wrong case is noticed', async () => {
    expect(await run('isa-wrong')).toBe(3)
  })
})

/** Runs the program to its end. Returns the code it gave the finisher, or why it has none. */
async function run(name: string): Promise<number | string> {
  const kernel = fileURLToPath(new URL(`../images/${name}.elf`, import.meta.url))
  const harts = name.startsWith('smp/') ? HARTS : 1
  const options = ['-M', 'virt', '-m', '64', '-smp', `${harts}`, '-bios', 'none', '-kernel', kernel]
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'null']
  try {
    await promisify(execFile)(QEMU, [...options, ...quiet], { timeout: HANGS_AFTER_MS })
    return 0
  } catch (error) {
    const { code, signal } = error as { code?: number; signal?: string }
    return signal ?? code ?? String(error)
  }
}

async function qemuVersion(): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)(QEMU, ['--version'])
    return Number(/version (\d+\.\d+)/.exec(stdout)?.[1])
  } catch {
    return undefined
  }
}
