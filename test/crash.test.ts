// The power fails at any moment, and the file system is whole: the machine is stopped at many points of
// busy writing, its disk is taken out as it is, and the kernel boots from it.

import { expect, test } from 'vitest'
import none from '../configs/none.ts'
import { disk, readDisk } from '../guest/mkfs.ts'
import type { Machine } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { Disk, SECTOR_BYTES } from '../machine/rv64/device/disk.ts'
import type { SavedState } from '../machine/rv64/saved/saved-state.ts'
import { unpackSections } from '../machine/rv64/snapshot/snapshot-file.ts'
import { decodeState } from '../machine/rv64/snapshot/state-json.ts'
import { cycles } from '../machine/units.ts'

const PROMPT = /(?:^|\n)\$ $/
const BUSY = 'stressfs; mkdir d; (cd d; echo a > a; ln a b; rm a); usertests create; rm d/b d'
/** Power cuts, evenly over the time that BUSY takes. */
const CUTS = 48

async function boot(image: Uint8Array): Promise<Machine> {
  const machine = await openMachine({
    firmware: (await none.firmware()).bytes,
    kernel: (await none.kernel()).bytes,
    banks: none.banks,
    disk: image,
    harts: 1,
    profile: 'flat',
  })
  const stop = await machine.run({ text: PROMPT, deadline: cycles(10e9) })
  expect(stop.kind, machine.console.transcript).toBe('text')
  return machine
}

/** The disk's bytes at this moment, of a machine that began with `image`. */
async function diskIn(machine: Machine, image: Uint8Array): Promise<Uint8Array> {
  const { bytes } = await machine.snapshot()
  const board = decodeState(unpackSections(bytes).get('board')!)
  const slot = (board.devices as { virtio0: { function: { disk: SavedState } } }).virtio0
  const now = new Disk(image)
  now.load(slot.function.disk)
  return now.read(0, now.sectors * SECTOR_BYTES)
}

test('a power cut at any moment leaves a file system that the next boot makes whole', async () => {
  const image = await disk()
  await using machine = await boot(image)
  const idle = await machine.snapshot()
  const began = machine.now()
  machine.console.type(`${BUSY}\n`)
  await machine.run({ text: PROMPT, deadline: cycles(began + 10e9) })
  const step = Math.floor((machine.now() - began) / CUTS)
  expect(machine.console.transcript).not.toMatch(/failed|FAILED|syntax/)

  await machine.restore(idle)
  machine.console.type(`${BUSY}\n`)
  let inTheMiddle = 0
  for (let cut = 1; cut <= CUTS; cut++) {
    await machine.run({ deadline: cycles(began + cut * step) })
    const left = await diskIn(machine, image)
    if (readDisk(left).problems.length > 0) inTheMiddle++
    await using next = await boot(left)
    expect(readDisk(await diskIn(next, left)).problems, `cut ${cut} of ${CUTS}`).toEqual([])
  }
  // Some cuts must have come between a commit and its end, or nothing was tried.
  expect(inTheMiddle).toBeGreaterThan(2)
})
