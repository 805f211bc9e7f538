// What differs between two machines of ours that stand: registers by name, words of RAM, the rest by the
// digest. Invariant: it only looks; nothing is returned exactly if the digests are equal.

import type { HartState, MachineSpec } from '../machine.ts'
import { MEMORY_MAP } from '../rv64/memory/memory-map.ts'
import { physical } from '../units.ts'
import { X_NAMES } from './disassembly.ts'
import type { Side } from './side.ts'
import { timingDifferences } from './timing-difference.ts'

export interface Difference {
  /** `pc`, `a0`, `f3`, `mcause`, `ram 0x80001238`, `l1d 17`, `privilege`, or `devices`. */
  readonly what: string
  readonly reference: string
  readonly tried: string
}

/** Words of RAM that are named; that there are more is said. */
const MOST_WORDS = 16
const CHUNK_BYTES = 1 << 20
const WORD_BYTES = 8
const FLOATS = 32

/** What the contract shows of a hart: cheap, but without f registers and RAM. */
export function hartDifferences(a: HartState, b: HartState): Difference[] {
  const found: Difference[] = []
  const compare = (what: string, left: bigint, right: bigint): void => {
    if (left !== right) found.push({ what, reference: hex(left), tried: hex(right) })
  }
  compare('pc', a.pc, b.pc)
  if (a.privilege !== b.privilege) {
    found.push({ what: 'privilege', reference: a.privilege, tried: b.privilege })
  }
  a.x.forEach((value, i) => {
    compare(X_NAMES[i]!, value, b.x[i] ?? 0n)
  })
  for (const [name, value] of Object.entries(a.csr)) compare(name, value, b.csr[name] ?? 0n)
  return found
}

/** Everything. */
export async function differences(reference: Side, tried: Side): Promise<readonly Difference[]> {
  if ((await reference.digest()) === (await tried.digest())) return []
  const found = hartDifferences(await reference.registers(0), await tried.registers(0))
  if (reference.now() !== tried.now()) {
    const [left, right] = [String(reference.now()), String(tried.now())]
    found.unshift({ what: 'cycle', reference: left, tried: right })
  }
  found.push(...floatDifferences(reference, tried), ...timingDifferences(reference, tried))
  found.push(...(await ramDifferences(reference, tried)))
  if (found.length > 0) return found
  return [{ what: 'devices', reference: 'one state', tried: 'another' }]
}

function floatDifferences(reference: Side, tried: Side): Difference[] {
  const [a, b] = [reference.debugger(), tried.debugger()]
  return Array.from({ length: FLOATS }, (_, i) => i).flatMap((i) => {
    const [left, right] = [a, b].map((hand) => hand.register(`f${i}`) ?? 0n)
    if (left === right) return []
    return [{ what: `f${i}`, reference: hex(left!), tried: hex(right!) }]
  })
}

async function ramDifferences(reference: Side, tried: Side): Promise<Difference[]> {
  const found: Difference[] = []
  const end = ramEnd(reference.spec)
  for (let at: number = MEMORY_MAP.ram.base; at < end; at += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, end - at)
    const [a, b] = [
      await reference.read(physical(at), length),
      await tried.read(physical(at), length),
    ]
    const [left, right] = [a, b].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset))
    for (let i = 0; i < length; i += WORD_BYTES) {
      const [one, other] = [left!.getBigUint64(i, true), right!.getBigUint64(i, true)]
      if (one === other) continue
      if (found.length === MOST_WORDS) {
        found.push({ what: 'more of ram', reference: 'differs', tried: 'differs' })
        return found
      }
      const what = `ram 0x${(at + i).toString(16)}`
      found.push({ what, reference: hex(one), tried: hex(other) })
    }
  }
  return found
}

export const ramEnd = ({ banks }: MachineSpec): number =>
  MEMORY_MAP.ram.base + banks.reduce((sum, { bytes }) => sum + bytes, 0)

export const hex = (value: bigint): string => `0x${value.toString(16)}`
