// Finisher: the test device of QEMU `virt` and SiFive boards, by which a guest switches off or
// restarts the machine. Invariant: it has no state; each accepted word finishes exactly once.

import type { SavedState } from '../saved/saved-state.ts'
import type { Device, DeviceAddress } from './device.ts'
import type { TreeNode } from './devicetree.ts'
import { FINISHER_PHANDLE, nodeAt } from './node.ts'

const FAIL = 0x3333 // exit code in bits 31:16
const PASS = 0x5555
const RESET = 0x7777

/** Nodes beside `soc` by which a kernel that does not know the device switches off and restarts. */
export const FINISHER_SWITCHES: readonly TreeNode[] = [
  syscon('poweroff', PASS),
  syscon('reboot', RESET),
]

export type Finish = (code: number, kind: 'power-off' | 'reboot') => void

export class Finisher implements Device {
  readonly name = 'finisher'
  readonly size = 0x1000
  readonly #finish: Finish

  constructor(finish: Finish) {
    this.#finish = finish
  }

  read(): number {
    return 0
  }

  write(offset: number, bytes: 1 | 2 | 4, value: number): void {
    if (offset !== 0 || bytes === 1) return
    switch (value & 0xffff) {
      case PASS:
        this.#finish(0, 'power-off')
        return
      case FAIL:
        this.#finish(value >>> 16, 'power-off')
        return
      case RESET:
        this.#finish(0, 'reboot')
        return
    }
  }

  reset(): void {}

  node({ base }: DeviceAddress): TreeNode {
    return nodeAt('test', base, this.size, {
      compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
      phandle: [FINISHER_PHANDLE],
    })
  }

  save(): SavedState {
    return {}
  }

  load(): void {}
}

function syscon(name: string, value: number): TreeNode {
  return {
    name,
    properties: {
      compatible: `syscon-${name}`,
      regmap: [FINISHER_PHANDLE],
      offset: [0],
      value: [value],
    },
  }
}
