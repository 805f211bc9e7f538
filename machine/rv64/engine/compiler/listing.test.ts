// The listing of one load in docs/compiler.md is what the compiler emits: each of its lines, encoded here, stands
// in the compiled module, in that order and with nothing between.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Assembler } from '../../isa/assemble.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { TestStand } from '../test-stand.fixture.ts'
import { Code, type MemoryOperator, type Operator } from '../wasm/code.ts'
import { CALL } from './calls.ts'
import { LOCAL } from './locals.ts'

const PAGE = fileURLToPath(new URL('../../../../docs/compiler.md', import.meta.url))
const [A0, A1, A2] = [10, 11, 12]
/** Registers of a fragment live behind its other locals, in ascending order. */
const FIRST_REGISTER = Object.keys(LOCAL).length
const LOCALS: Readonly<Record<string, number>> = {
  ...LOCAL,
  ...{ a0: FIRST_REGISTER, a1: FIRST_REGISTER + 1, a2: FIRST_REGISTER + 2 },
}
const CALLS: Readonly<Record<string, number>> = CALL

/** Instructions of the first WebAssembly listing on the page, without its comments. */
function listing(): readonly string[] {
  const [, text] = /```wat\n([\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8'))!
  return text!
    .split('\n')
    .map((line) => line.replace(/;;.*/, '').trim())
    .filter((line) => line !== '')
}

/** One instruction in the binary format. */
function encoded(instruction: string): readonly number[] {
  const [name, operand = ''] = instruction.split(/\s+/) as [string, string?]
  const number = Number(operand.replace('offset=', ''))
  const named = operand.slice(1)
  switch (name) {
    case 'if':
      return [0x04, 0x40]
    case 'else':
      return [0x05]
    case 'end':
      return [0x0b]
    case 'br':
      return [0x0c, number]
    case 'call':
      return [...new Code().call(CALLS[named]!).bytes]
    case 'local.get':
      return [...new Code().get(LOCALS[named]!).bytes]
    case 'local.set':
      return [...new Code().set(LOCALS[named]!).bytes]
    case 'local.tee':
      return [...new Code().tee(LOCALS[named]!).bytes]
    case 'i32.const':
      return [...new Code().i32(number).bytes]
    case 'i64.const':
      return [...new Code().i64(BigInt(number)).bytes]
  }
  if (name.includes('.load')) return [...new Code().memory(name as MemoryOperator, number).bytes]
  return [...new Code().op(name as Operator).bytes]
}

/** The modules that are compiled while `run` runs. */
function modulesOf(run: () => void): readonly Uint8Array[] {
  const modules: Uint8Array[] = []
  class Module extends WebAssembly.Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      super(bytes)
      modules.push(bytes.slice())
    }
  }
  vi.stubGlobal('WebAssembly', Object.create(WebAssembly, { Module: { value: Module } }))
  run()
  return modules
}

describe('the listing of one load in docs/compiler.md', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is what the compiler emits', () => {
    const loop = new Assembler()
      .label('again')
      .emit('lw', { rd: A0, rs1: A1, immediate: 8 })
      .emit('add', { rd: A2, rs1: A2, rs2: A0 })
      .to('again', 'jal')
    const stand = new TestStand({ engine: 'compiler', limits: { threshold: 3, batch: 1 } })
    stand.ram.write(RAM_BASE, loop.bytes())
    stand.setX(A1, RAM_BASE + 0x1000)

    const modules = modulesOf(() => stand.run(400))

    expect(modules).toHaveLength(1)
    const lines = listing()
    expect(lines.length).toBeGreaterThan(40)
    const module = Buffer.from(modules[0]!)
    const whole = Buffer.from(lines.flatMap(encoded))
    expect(module.indexOf(whole), firstStranger(module, lines)).toBeGreaterThan(0)
  })
})

/** The line up to which the listing stands in the module. */
function firstStranger(module: Buffer, lines: readonly string[]): string {
  const known = lines.findIndex(
    (_, i) => !module.includes(Buffer.from(lines.slice(0, i + 1).flatMap(encoded))),
  )
  return known < 0 ? 'all lines stand there' : `line ${known + 1} of the listing: ${lines[known]}`
}
