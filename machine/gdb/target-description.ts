// The target description that gdb asks for (GDB manual, appendix G): which registers there are, under which
// numbers. Invariant: a register in it can be read.

import { csrRows } from '../rv64/hart/csr-table.ts'
import {
  FIRST_CSR,
  FIRST_FLOAT,
  PC_NUMBER,
  PRIVILEGE_NUMBER,
  VIRTUALISED_NUMBER,
} from './registers.ts'

/** x0 to x31, as gdb names them. */
const X_NAMES = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 'fp', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
]
/** f0 to f31. */
const F_NAMES = [
  ...['ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7', 'fs0', 'fs1'],
  ...['fa0', 'fa1', 'fa2', 'fa3', 'fa4', 'fa5', 'fa6', 'fa7'],
  ...['fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7', 'fs8', 'fs9', 'fs10', 'fs11'],
  ...['ft8', 'ft9', 'ft10', 'ft11'],
]
const FLOAT_CSRS = ['fflags', 'frm', 'fcsr']
const TYPES: Readonly<Record<string, string>> = {
  ra: 'code_ptr',
  sp: 'data_ptr',
  gp: 'data_ptr',
  tp: 'data_ptr',
  fp: 'data_ptr',
}

/** It cannot be set, so gdb must not try to bring it back after it has called a function. */
const NOT_SAVED = ' save-restore="no"'

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
  '<feature name="org.gnu.gdb.riscv.fpu">',
  ...F_NAMES.map((name, n) => register(name, FIRST_FLOAT + n, 'ieee_double')),
  ...csrRows.filter(({ name }) => FLOAT_CSRS.includes(name)).map(csr),
  '</feature>',
  '<feature name="org.gnu.gdb.riscv.csr">',
  ...csrRows.filter(({ name }) => !FLOAT_CSRS.includes(name)).map(csr),
  '</feature>',
  '<feature name="org.gnu.gdb.riscv.virtual">',
  register('priv', PRIVILEGE_NUMBER, 'int', NOT_SAVED),
  register('virt', VIRTUALISED_NUMBER, 'int', NOT_SAVED),
  '</feature>',
  '</target>',
].join('\n')

function csr({ name, number }: (typeof csrRows)[number]): string {
  return register(name, FIRST_CSR + number, 'int', ' group="csr"')
}

function register(name: string, number: number, type: string, more = ''): string {
  return `<reg name="${name}" bitsize="64" type="${type}" regnum="${number}"${more}/>`
}
