// Spaces: the roots that a kernel's records name, and the one that its hart uses.

import type { HartState } from '../../machine/machine.ts'
import { type AuditKernel, recordsAt } from '../view/audit-records.ts'
import { type Memory, u64At } from '../view/memory.ts'
import { rootIn } from '../view/sv39.ts'
import { hex, type Tally } from './tally.ts'

/** The end of Sv39's lower half. */
export const VA_TOP = 2 ** 38

/** A root, and how a violation names it. */
export interface Space {
  readonly name: string
  readonly number: number
  readonly root: number
}

export async function processes(memory: Memory, record: AuditKernel): Promise<Space[]> {
  const { processes: at, process_count, process_stride } = record
  const table = await recordsAt(memory, at, process_count, process_stride, 'processes')
  const spaces: Space[] = []
  for (let n = 0; n < process_count; n++) {
    const base = n * process_stride
    const pid = table.getInt32(base + record.process_pid, true)
    const roots = [
      [record.process_root, `pid ${pid}`],
      [record.process_building, `pid ${pid} (exec)`],
    ] as const
    for (const [offset, name] of roots) {
      const root = u64At(table, base + offset)
      if (root !== 0) spaces.push({ name, number: spaces.length, root })
    }
  }
  return spaces
}

/** The space that the hart translates by, if none of the `known` is it; that is a violation. */
export function hidden({ csr }: HartState, known: readonly Space[], tally: Tally): Space[] {
  const root = rootIn(csr.satp)
  if (known.some((space) => space.root === root)) return []
  const what = root === undefined ? 'nothing (satp is Bare)' : `the table at ${hex(root)}`
  const says = `the hart translates by ${what}, which is no recorded root`
  tally.note('disagree', root ?? 0, says)
  return root === undefined ? [] : [{ name: 'satp', number: known.length, root }]
}

/** Tells pages of different roots apart. */
export function place(space: Space, va: number): number {
  return (space.number + 2) * VA_TOP + va
}
