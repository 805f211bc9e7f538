// Expressions of the instruction table as WebAssembly that leaves an i64 on the stack.

import type { Condition, Expression } from '../../isa/ir.ts'
import { SLOT_IMMEDIATE, SLOT_RS1, SLOT_RS2, SLOT_SHIFT, SLOT_STEP } from '../code/slot.ts'
import type { Code, Operator } from '../wasm/code.ts'
import { I64 } from '../wasm/encoder.ts'
import { CALL } from './calls.ts'
import { currentPc, LOCAL, temporaryLocal } from './frame.ts'

export function emitValue(code: Code, expression: Expression): void {
  switch (expression.is) {
    case 'constant':
      code.i64(expression.value)
      return
    case 'immediate':
      code.get(LOCAL.slot).memory('i64.load32_s', SLOT_IMMEDIATE)
      return
    case 'register':
      code.get(LOCAL.slot)
      code.memory('i32.load16_u', expression.field === 'rs1' ? SLOT_RS1 : SLOT_RS2)
      code.memory('i64.load')
      return
    case 'temporary':
      code.get(temporaryLocal(expression.index))
      return
    case 'pc':
      currentPc(code)
      return
    case 'next':
      currentPc(code)
      code.get(LOCAL.slot).memory('i64.load16_u', SLOT_STEP)
      code.i64(BigInt(SLOT_SHIFT)).op('i64.shr_u', 'i64.add')
      return
    case 'binary':
      emitValue(code, expression.a)
      emitValue(code, expression.b)
      if (expression.op === 'mul_high_u') code.call(CALL.mulHighU)
      else code.op(`i64.${expression.op}` satisfies Operator)
      return
    case 'sign':
      emitValue(code, expression.a)
      code.op(`i64.extend${expression.bits}_s`)
      return
    case 'truth':
      emitCondition(code, expression.when)
      code.op('i64.extend_i32_u')
      return
    case 'choose':
      emitCondition(code, expression.when)
      code.if(
        () => emitValue(code, expression.a),
        () => emitValue(code, expression.b),
        I64,
      )
  }
}

export function emitCondition(code: Code, condition: Condition): void {
  emitValue(code, condition.a)
  emitValue(code, condition.b)
  code.op(`i64.${condition.op}`)
}
