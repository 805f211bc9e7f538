// A test stand: RAM, a hart and one engine, without a board. Tests and benchmarks put code into it,
// give it a budget, and look at what became of the state.

import { cycles } from '../../units.ts'
import { type DeviceBus, Hart } from '../hart/hart.ts'
import { BUDGET, HELD, PC, X } from '../memory/layout.ts'
import { RAM_BASE, Ram } from '../memory/ram.ts'
import { Clock } from '../time/clock.ts'
import type { Core } from '../timing/core.ts'
import { type CompilerLimits, USUAL } from './compiler/limits.ts'
import type { Engine } from './engine.ts'
import { ReferenceEngine } from './reference.ts'
import { WebAssemblyEngine } from './webassembly.ts'

export type EngineName = 'fast' | 'reference' | 'compiler'

export const ENGINES: readonly EngineName[] = ['reference', 'fast', 'compiler']

const NO_DEVICES: DeviceBus = { device: () => false, read: () => 0, write: () => {} }
const MiB = 1 << 20

export interface TestStandOptions {
  readonly engine: EngineName
  readonly bus?: DeviceBus
  readonly megabytes?: number
  readonly core?: Core
  /** Limits of the compiler; the usual ones if absent. */
  readonly limits?: Partial<CompilerLimits>
}

export class TestStand {
  readonly clock = new Clock()
  readonly ram: Ram
  readonly hart: Hart
  readonly engine: Engine
  readonly marks: number[] = []

  constructor(options: TestStandOptions) {
    this.ram = new Ram((options.megabytes ?? 1) * MiB)
    this.hart = new Hart({
      ram: this.ram,
      clock: this.clock,
      bus: options.bus ?? NO_DEVICES,
      cyclesPerTick: 100,
      core: options.core,
      timeOffset: () => 0n,
      mark: (n) => this.marks.push(n),
    })
    this.ram.onDma = (at, length) => {
      this.hart.endReservation()
      this.hart.timing?.dma(at, length)
    }
    this.engine = this.#engineFor(options)
    this.pc = RAM_BASE
  }

  #engineFor({ engine, limits }: TestStandOptions): Engine {
    switch (engine) {
      case 'reference':
        return new ReferenceEngine(this.hart)
      case 'fast':
        return new WebAssemblyEngine(this.hart)
      case 'compiler':
        return new WebAssemblyEngine(this.hart, { ...USUAL, ...limits })
    }
  }

  set pc(value: number | bigint) {
    this.hart.u64[PC >> 3] = BigInt.asUintN(64, BigInt(value))
  }

  get pc(): bigint {
    return this.hart.u64[PC >> 3]!
  }

  x(register: number): bigint {
    return this.hart.u64[(X >> 3) + register]!
  }

  setX(register: number, value: bigint | number): void {
    this.hart.u64[(X >> 3) + register] = BigInt.asUintN(64, BigInt(value))
  }

  /** Executes `budget` instructions, events included, as the machine's run loop does. */
  run(budget: number): void {
    const { clock, hart } = this
    const end = clock.now + budget
    while (clock.now < end) {
      clock.fireDue()
      const stop = Math.min(end, clock.next())
      hart.sliceEnd = stop
      hart.i32[BUDGET >> 2] = stop - clock.now
      hart.i32[HELD >> 2] = 0
      this.engine.execute()
      clock.now = cycles(stop - hart.i32[BUDGET >> 2]! - hart.i32[HELD >> 2]!)
      hart.i32[BUDGET >> 2] = 0
      hart.i32[HELD >> 2] = 0
    }
  }
}
