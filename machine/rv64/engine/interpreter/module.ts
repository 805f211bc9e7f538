// The interpreter as a WebAssembly module, generated from the instruction table: one function
// with a handler for each row and a br_table over them. Around it lie three loops:
//   reload   pc and budget come from the state; entered at first, and after anything that moved them
//   lookup   finds the decoded page of `pc`
//   count    where code is compiled: counts that a jump leads to `slot`
//   next     executes the instruction in `slot`
// Invariant: the budget falls by one before each handler; handlers that execute nothing give it back.

import { table } from '../../isa/table.ts'
import {
  BUDGET,
  CONTEXT_BYTES,
  DATA_TLB,
  FETCH_TLB,
  FLAG_BYTES,
  LINE_FLAGS,
  PAGE_SLOTS,
  PAGE_VA,
  PC,
  SLOT,
  SLOT_BYTES,
  STRADDLE,
  TLB,
  TLB_MASK,
  TLB_SHIFT,
} from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import {
  ACROSS,
  BREAK,
  DECODE,
  FRAGMENT,
  HANDLER_COUNT,
  handlerAt,
  PAGE_END,
  SLOT_BYTES_OF_LINE,
  SLOT_HEAT,
  SLOT_SHIFT,
  SLOT_STEP,
} from '../code/slot.ts'
import { FRAGMENT_TYPE } from '../emit/fragment-call.ts'
import { mulHighU } from '../emit/mul-high.ts'
import { functionsOf } from '../wasm/calls.ts'
import { Code } from '../wasm/code.ts'
import { encodeModule } from '../wasm/encoder.ts'
import { CALL, FRAGMENT_CALL, importsFor, OWN } from './calls.ts'
import {
  COUNT,
  currentPc,
  DISPATCH,
  LOCAL,
  LOCALS,
  LOOKUP,
  NEXT,
  RELOAD,
  reloadBudget,
  spill,
} from './frame.ts'
import { Meaning } from './meaning.ts'

/** Makes the interpreter count jumps, and enter what has been compiled. */
export interface Fragments {
  /** How many jumps make code hot. */
  readonly threshold: number
  /** Size of the table of fragments. */
  readonly tableSize: number
}

export function interpreterModule(
  memoryPages: number,
  timing: CodeTiming,
  fragments?: Fragments,
): Uint8Array {
  return encodeModule({
    imports: importsFor(timing),
    memoryPages,
    ...(fragments === undefined ? {} : { tableSize: fragments.tableSize }),
    indirect: [FRAGMENT_TYPE],
    functions: functionsOf(OWN, {
      mulHighU: mulHighU(),
      run: { locals: LOCALS, code: run(timing, fragments), exported: 'run' },
    }),
  })
}

function run(timing: CodeTiming, fragments: Fragments | undefined): Uint8Array {
  const code = new Code()
  code.loop(RELOAD, () => {
    reloadBudget(code)
    spent(code)
    code.if(() => leaveWithPc(code))
    code.i32(0).memory('i64.load', PC).set(LOCAL.pc)
    code.i32(0).memory('i32.load', DATA_TLB).set(LOCAL.dataTlb)
    code.loop(LOOKUP, () => {
      lookUp(code, timing)
      if (timing.lines) findFlags(code)
      if (fragments === undefined) executing(code, timing, false)
      else {
        code.loop(COUNT, () => {
          count(code, fragments.threshold)
          executing(code, timing, true)
        })
      }
    })
  })
  return code.bytes
}

function executing(code: Code, timing: CodeTiming, counting: boolean): void {
  code.loop(NEXT, () => {
    spent(code)
    code.if(() => {
      spill(code)
      code.op('return')
    })
    code.get(LOCAL.budget).i32(1).op('i32.sub').set(LOCAL.budget)
    if (!timing.lines) handlersFrom(code, HANDLER_COUNT - 1, timing, counting)
    else {
      code.loop(DISPATCH, () => {
        fetchLines(code)
        handlersFrom(code, HANDLER_COUNT - 1, timing, counting)
      })
    }
  })
}

/** No cycle is left in which an instruction could start. */
function spent(code: Code): void {
  code.get(LOCAL.budget).i32(0).op('i32.le_s')
}

/** Unless the flags of all lines that the instruction lies in are up, the model is asked. */
function fetchLines(code: Code): void {
  const flag = () => {
    code.get(LOCAL.pageSlots).op('i32.sub').i32(SLOT_BYTES_OF_LINE).op('i32.shr_s')
    code.get(LOCAL.flags).op('i32.add').memory('i32.load8_u')
  }
  code.get(LOCAL.slot)
  flag()
  code.get(LOCAL.slot).get(LOCAL.slot).memory('i32.load16_u', SLOT_STEP).op('i32.add')
  code.i32(SLOT_BYTES).op('i32.sub') // its last halfword
  flag()
  code.op('i32.and', 'i32.eqz')
  code.if(() => {
    spill(code)
    code.call(CALL.line)
    reloadBudget(code)
  })
}

/** A jump has led to `slot`, which has not started. */
function count(code: Code, threshold: number): void {
  code.get(LOCAL.slot).memory('i32.load16_u').i32(FRAGMENT).op('i32.ne')
  code.if(() => {
    code.get(LOCAL.slot).get(LOCAL.slot).memory('i32.load16_u', SLOT_HEAT)
    code.i32(1).op('i32.add').tee(LOCAL.host).memory('i32.store16', SLOT_HEAT)
    code.get(LOCAL.host).i32(threshold).op('i32.eq')
    code.if(() => {
      spill(code)
      code.call(CALL.hot)
    })
  })
}

/** The fragment counts its instructions itself, and leaves pc and budget in the state. */
function enterFragment(code: Code): void {
  giveBack(code)
  code.get(LOCAL.budget).get(LOCAL.pageVa)
  code.get(LOCAL.slot).memory('i32.load16_u', SLOT_HEAT)
  code.callIndirect(FRAGMENT_CALL).br(RELOAD)
}

/** pc is in the state already: no slot says it. */
function leaveWithPc(code: Code): void {
  code.i32(0).i32(0).memory('i32.store', SLOT).op('return')
}

function lookUp(code: Code, timing: CodeTiming): void {
  code.i32(0).memory('i32.load', FETCH_TLB)
  code.get(LOCAL.pc).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
  code.i32(TLB_MASK).op('i32.and')
  code.op('i32.add').tee(LOCAL.entry).memory('i64.load')
  code.get(LOCAL.pc).i64(-4096n).op('i64.and').tee(LOCAL.pageVa).op('i64.ne')
  code.if(() => {
    if (!timing.lines) code.get(LOCAL.pc).call(CALL.fetchRefill).brIf(LOOKUP)
    code.i32(0).get(LOCAL.pc).memory('i64.store', PC)
    code.i32(0).get(LOCAL.budget).memory('i32.store', BUDGET)
    spent(code)
    code.if(() => leaveWithPc(code))
    code.call(CALL.fetch).br(RELOAD)
  })
  code.i32(0).get(LOCAL.pageVa).memory('i64.store', PAGE_VA)
  code.i32(0).get(LOCAL.entry).memory('i32.load', 8).tee(LOCAL.pageSlots)
  code.memory('i32.store', PAGE_SLOTS)
  code.get(LOCAL.pc).op('i32.wrap_i64').i32(0xffe).op('i32.and').i32(SLOT_SHIFT).op('i32.shl')
  code.get(LOCAL.pageSlots).op('i32.add').set(LOCAL.slot)
}

/** Finds the flags of the page for this mode; those of M-mode come first. */
function findFlags(code: Code): void {
  code.get(LOCAL.pageSlots).i32(LINE_FLAGS).op('i32.add')
  code
    .i32(0)
    .memory('i32.load', FETCH_TLB)
    .i32(TLB + CONTEXT_BYTES)
    .op('i32.ge_u')
  code.i32(FLAG_BYTES).op('i32.mul', 'i32.add').set(LOCAL.flags)
}

/** Handlers up to `number`: each lies behind the block that a jump to it leaves. */
function handlersFrom(code: Code, number: number, timing: CodeTiming, counting: boolean): void {
  if (number < 0) {
    const labels = Array.from({ length: HANDLER_COUNT }, (_, i) => `handler${i}`)
    code.get(LOCAL.slot).memory('i32.load16_u').brTable(labels)
    return
  }
  code.block(`handler${number}`, () => handlersFrom(code, number - 1, timing, counting))
  switch (number) {
    case DECODE:
      code.i32(0).get(LOCAL.slot).memory('i32.store', SLOT)
      code.call(CALL.decode)
      again(code, timing)
      return
    case PAGE_END:
      giveBack(code)
      currentPc(code)
      code.set(LOCAL.pc).br(LOOKUP)
      return
    case ACROSS:
      across(code, timing)
      return
    case FRAGMENT:
      if (counting) enterFragment(code)
      else code.op('unreachable')
      return
    case BREAK:
      giveBack(code)
      spill(code)
      code.call(CALL.guarded).br(RELOAD)
      return
    default: {
      const { row, near } = handlerAt(number)
      const extra = timing.extra[row] ?? 0
      new Meaning(code, { near, counting, timing, extra }).handler(table[row]!.meaning)
    }
  }
}

function giveBack(code: Code): void {
  code.get(LOCAL.budget).i32(1).op('i32.add').set(LOCAL.budget)
}

/** The instruction has been decoded at STRADDLE, which counts as a page of its own at that pc. */
function across(code: Code, timing: CodeTiming): void {
  spill(code)
  code.call(CALL.across).brIf(RELOAD)
  currentPc(code)
  code.set(LOCAL.pageVa)
  code.i32(0).get(LOCAL.pageVa).memory('i64.store', PAGE_VA)
  code.i32(STRADDLE).tee(LOCAL.slot).set(LOCAL.pageSlots)
  code.i32(0).i32(STRADDLE).memory('i32.store', PAGE_SLOTS)
  if (timing.lines) findFlags(code)
  reloadBudget(code)
  again(code, timing)
}

/** The instruction that has started now has a slot that says what it is. */
function again(code: Code, timing: CodeTiming): void {
  if (timing.lines) {
    code.br(DISPATCH)
    return
  }
  giveBack(code)
  code.br(NEXT)
}
