import { beforeAll, describe, expect, it } from 'vitest'
import { image, imageNames, linkedImage } from '../guest/images.ts'
import type { Machine } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { pick } from '../registry/registry.ts'
import { backtrace } from './backtrace.ts'
import { loadCatalogue } from './catalogue.ts'
import { Computer, specFor } from './computer.ts'
import { realParts } from './real-parts.ts'
import { programIn, userPrograms } from './view/programs.ts'
import { openView } from './view/view.ts'

const { configs } = await loadCatalogue()

describe.each(['none', 'memvisor'])('a backtrace under %s', (name) => {
  const config = pick(configs, 'config', name)
  let machine: Machine

  beforeAll(async () => {
    const spec = await specFor(config, realParts, { seed: 1, profile: 'flat' })
    machine = await new Computer(realParts, spec).atPrompt()
    machine.console.type('cat README | wc\n')
  })

  /** Runs on, some instructions at a time, until the hart is where we want it. */
  async function stoppedIn(privileges: readonly string[], at: RegExp): Promise<string[]> {
    for (let stop = 0; stop < 20_000; stop++) {
      await machine.run({ deadline: cycles(machine.now() + 97) })
      if (!privileges.includes((await machine.registers(0)).privilege)) continue
      const lines = await backtrace(await openView(machine, config))
      if (at.test(lines[0]!)) return lines
    }
    throw new Error(`expected the guest to come by ${at}, it did not`)
  }

  it('names kernel functions with their lines', async () => {
    const lines = await stoppedIn(['HS', 'VS'], / inode_read/)
    expect(lines[0]).toMatch(/^(HS|VS) 0x\w+ inode_read\+0x\w+ \(kernel\/fs\/inode\.c:\d+\)$/)
    expect(lines.join('\n')).toMatch(
      /\n\w+ 0x\w+ sys_(read|exec)\+0x\w+ \(kernel\/trap\/sys_\w+\.c:\d+\)\n/,
    )
    expect(lines.join('\n')).toMatch(/ syscall\+/)
  })

  it('names user programs, and their functions where they have been built', async () => {
    const lines = await stoppedIn(['U', 'VU'], / wc/)
    const built = (await linkedImage('user/wc')) !== undefined
    const inside = built ? /^\w+ 0x\w+ wc: \w+(\+0x\w+)? \(user\/\w+\.c:\d+\)$/ : /^\w+ 0x\w+ wc$/
    expect(lines[0]).toMatch(inside)
  })
})

describe('user programs', () => {
  it('are known by their code, each as itself, and anything else is not', async () => {
    const programs = await userPrograms()
    expect(programs.map(({ name }) => `user/${name}`)).toEqual(await imageNames('user/'))
    for (const { name, code } of programs) {
      const page = new Uint8Array(4096)
      page.set(code.subarray(0, 4096))
      expect(programIn(programs, new DataView(page.buffer))?.name).toBe(name)
      page[40] = page[40]! ^ 1
      expect(programIn(programs, new DataView(page.buffer))).toBeUndefined()
    }
    const { bytes } = await image('kernel')
    expect(programIn(programs, new DataView(bytes.buffer, bytes.byteOffset, 4096))).toBeUndefined()
    expect(programIn(programs, new DataView(new ArrayBuffer(0)))).toBeUndefined()
  })
})
