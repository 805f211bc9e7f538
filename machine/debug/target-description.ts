// The target description that gdb asks for (GDB manual, appendix G): which registers there are, under which
// numbers. Invariant: a register in it can be read.

import {
  FIRST_CSR,
  PC_NUMBER,
  PRIVILEGE_NUMBER,
  VIRTUALISED_NUMBER,
} from '../rv64/debug/debugger.ts'
import { csrRows } from '../rv64/hart/csr-table.ts'

/** x0 to x31, as gdb names them. */
const X_NAMES = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 'fp', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
]
const TYPES: Readonly<Record<string, string>> = {
  ra: 'code_ptr',
  sp: 'data_ptr',
  gp: 'data_ptr',
  tp: 'data_ptr',
  fp: 'data_ptr',
}

/** Registers that `g` transfers: x0 to x31 and pc. */
export const GENERAL_REGISTERS = PC_NUMBER + 1

export const TARGET_XML = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
  '<target version="1.0">',
  '<architecture>riscv:rv64</architecture>',
  '<feature name="org.gnu.gdb.riscv.cpu">',
  ...X_NAMES.map((name, number) => register(name, number, TYPES[name] ?? 'int')),
  register('pc', PC_NUMBER, 'code_ptr'),
  '</feature>',
  '<feature name="org.gnu.gdb.riscv.csr">',
  ...csrRows.map(({ name, number }) => register(name, FIRST_CSR + number, 'int', ' group="csr"')),
  '</feature>',
  '<feature name="org.gnu.gdb.riscv.virtual">',
  register('priv', PRIVILEGE_NUMBER, 'int'),
  register('virt', VIRTUALISED_NUMBER, 'int'),
  '</feature>',
  '</target>',
].join('\n')

function register(name: string, number: number, type: string, more = ''): string {
  return `<reg name="${name}" bitsize="64" type="${type}" regnum="${number}"${more}/>`
}
