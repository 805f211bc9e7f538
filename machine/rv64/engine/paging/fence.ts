// Writes of satp, and sfence.vma, without leaving WebAssembly, where no guest is concerned and nothing
// but the soft TLB remembers translations. What they do is stated in hart/csr-translation.ts and
// instructions/system.ts. Invariant: a function returns 1 and has done all of it, pc apart, or 0 and nothing.

import { SUPERVISOR, TVM } from '../../isa/status.ts'
import {
  CELL,
  CONTEXT,
  CONTEXT_BYTES,
  FENCES,
  FETCH_SET,
  LOG_ENTRIES,
  PRIVILEGE,
  SUPERVISOR_LOG,
  TLB_BASE,
  VIRTUALISED,
  WRITE_SET,
} from '../../memory/layout.ts'
import { Code } from '../wasm/code.ts'
import { type DefinedFunction, I32, I64 } from '../wasm/encoder.ts'
import { type Frame, frameOf } from '../wasm/frame.ts'
import { ELSE, entryOffset } from './walk.ts'

/** The value of satp; nothing; the address of which the page is flushed. */
const FLUSHING = { log: I32, at: I32 } as const
const SATP_FRAME = frameOf({ value: I64 }, [I32], FLUSHING)
const FENCE_FRAME = frameOf({}, [I32], { page: I64, ...FLUSHING })
const FENCE_PAGE_FRAME = frameOf({ page: I64 }, [I32], FLUSHING)
export const SATP = SATP_FRAME.type
export const FENCE = FENCE_FRAME.type
export const FENCE_PAGE = FENCE_PAGE_FRAME.type

/**
 * Locals of all three frames, of which the first is a parameter or stands for one, so that the others have
 * one number.
 */
const LOCAL = { ...SATP_FRAME.local, ...FENCE_PAGE_FRAME.local }
const CLEAR = 'clear'

/** A mode that there is not is none of this. */
export function satp(): DefinedFunction {
  return attempt(SATP_FRAME, (code) => {
    code.get(LOCAL.value).i64(60n).op('i64.shr_u').i64(7n).op('i64.and', 'i64.eqz', 'i32.eqz')
    code.brIf(ELSE)
    flush(code)
    code.i32(0).get(LOCAL.value).memory('i64.store', CELL.satp)
  })
}

export function fence(): DefinedFunction {
  return attempt(FENCE_FRAME, (code) => {
    flush(code)
    count(code, FENCES)
  })
}

export function fencePage(): DefinedFunction {
  return attempt(FENCE_PAGE_FRAME, (code) => {
    code.i32(0).memory('i32.load', TLB_BASE)
    entryOffset(code, LOCAL.page)
    code.op('i32.add').set(LOCAL.at)
    code.get(LOCAL.page).i64(-4096n).op('i64.and').set(LOCAL.page)
    for (let context = CONTEXT.S; context <= CONTEXT.U; context++) {
      for (const set of [0, WRITE_SET, FETCH_SET]) {
        const offset = context * CONTEXT_BYTES + set
        code.get(LOCAL.at).memory('i64.load', offset).get(LOCAL.page).op('i64.eq')
        code.if(() => code.get(LOCAL.at).i64(-1n).memory('i64.store', offset))
      }
    }
    count(code, FENCES + 4)
  })
}

/** Leaves other than 0 if this instruction, or a CSR instruction on satp, would trap; and with a guest. */
export function refused(code: Code): void {
  code.i32(0).memory('i32.load', PRIVILEGE).i32(SUPERVISOR).op('i32.eq')
  code.i32(0).memory('i32.load', CELL.mstatus).i32(TVM).op('i32.and', 'i32.mul')
  code.i32(0).memory('i32.load', PRIVILEGE).op('i32.eqz', 'i32.or')
  code.i32(0).memory('i32.load', VIRTUALISED).op('i32.or')
}

function attempt(frame: Frame<string>, inside: (code: Code) => void): DefinedFunction {
  const code = new Code()
  code.block(ELSE, () => {
    refused(code)
    code.brIf(ELSE)
    inside(code)
    code.i32(1).op('return')
  })
  code.i32(0)
  return { type: frame.type, locals: frame.locals, code: code.bytes }
}

/** Empties what the log names; a log that has overflown is left to Tlb. */
function flush(code: Code): void {
  code.i32(0).memory('i32.load', TLB_BASE).i32(SUPERVISOR_LOG).op('i32.add').tee(LOCAL.log)
  code.memory('i32.load').tee(LOCAL.at).i32(LOG_ENTRIES).op('i32.gt_u').brIf(ELSE)
  code.get(LOCAL.at).if(() => {
    code.get(LOCAL.log).get(LOCAL.at).i32(2).op('i32.shl', 'i32.add').set(LOCAL.at)
    code.loop(CLEAR, () => {
      code.get(LOCAL.at).memory('i32.load').i64(-1n).memory('i64.store')
      code.get(LOCAL.at).i32(4).op('i32.sub').tee(LOCAL.at).get(LOCAL.log).op('i32.ne').brIf(CLEAR)
    })
    code.get(LOCAL.log).i32(0).memory('i32.store')
  })
}

function count(code: Code, at: number): void {
  code.i32(0).i32(0).memory('i32.load', at).i32(1).op('i32.add').memory('i32.store', at)
}
