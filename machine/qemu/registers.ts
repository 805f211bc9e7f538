// QEMU's registers in the contract's form, read through its gdb stub. Requires that the guest stands.

import type { HartState, Privilege } from '../machine.ts'
import type { GdbRemote } from './gdb-remote.ts'
import { QemuError } from './qemu-error.ts'
import type { Qmp } from './qmp.ts'

/** x0 to x31, by the names of the calling convention, as gdb has them. */
const X_NAMES = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 'fp', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
]
const NOT_CSR = new Set([...X_NAMES, 'pc', 'priv', 'virt'])
/** Dozens of counters that are constantly 0, and floating point. */
const UNINTERESTING = /^(m?hpm\w+|mhpm\w+|f[ast]?\d+|ft\d+|fflags|frm|fcsr)$/

export async function registersOf(gdb: GdbRemote, qmp: Qmp): Promise<HartState> {
  const names = await gdb.names()
  const x: bigint[] = []
  for (const name of X_NAMES) x.push(await demanded(gdb, name))
  const csr: Record<string, bigint> = {}
  for (const name of names.keys()) {
    if (NOT_CSR.has(name) || UNINTERESTING.test(name)) continue
    const value = await gdb.register(name)
    if (value !== undefined) csr[name] = value
  }
  // The stub tells the level; only the monitor says whether V is set.
  const virtualised = /^\s*V\s*=\s*1\s*$/m.test(await qmp.monitor('info registers'))
  const privilege = privilegeOf(Number((await demanded(gdb, 'priv')) & LEVEL), virtualised)
  return { pc: await demanded(gdb, 'pc'), x, privilege, csr }
}

const LEVEL = 3n
const MACHINE = 3
const SUPERVISOR = 1

function privilegeOf(level: number, virtualised: boolean): Privilege {
  if (level === MACHINE) return 'M'
  if (level === SUPERVISOR) return virtualised ? 'VS' : 'HS'
  return virtualised ? 'VU' : 'U'
}

async function demanded(gdb: GdbRemote, name: string): Promise<bigint> {
  const value = await gdb.register(name)
  if (value === undefined) throw new QemuError(`expected QEMU to have a register ${name}, got none`)
  return value
}
