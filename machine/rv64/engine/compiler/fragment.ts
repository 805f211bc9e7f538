// A fragment: the basic blocks around a hot instruction, found by following its jumps, branches and
// calls. Calls are followed as if their code stood at each call (a block belongs to the calls that
// led to it), so a return has one expected target. Invariant: a fragment holds only instructions that
// were decoded when it was found, and an edge that leads nowhere in it leads out of it.

import type { Decoded } from '../../isa/decode.ts'
import type { Condition, SystemCall } from '../../isa/ir.ts'
import { ILLEGAL_ROW, table } from '../../isa/table.ts'
import { csrAccess, satpUse } from './csr.ts'
import { floatForm } from './float-form.ts'

/** Where instructions come from; offsets are bytes from the start of the entry's page. */
export interface CodeSource {
  /** Undefined: not decoded, or not wholly in its page. */
  at(offset: number): Decoded | undefined
}

export interface Limits {
  /** Instructions of a fragment. */
  readonly instructions: number
  /** Instructions of a block. */
  readonly block: number
  /** Calls within calls that are followed. */
  readonly depth: number
}

/** What code can do itself besides what it always can. */
export interface Abilities {
  /** Writes of satp, and sfence.vma: see paging/fence.ts. */
  readonly fences: boolean
}

export interface Block {
  readonly number: number
  readonly offset: number
  readonly instructions: readonly Decoded[]
  end: End
}

/** Where an edge leads: a block of the fragment, or out of it. */
export interface Target {
  readonly offset: number
  readonly block: Block | undefined
}

export type End =
  /** `anew`: pages may be mapped otherwise now. */
  | { readonly kind: 'go'; readonly to: Target; readonly anew: boolean }
  /** The last instruction is a branch. */
  | {
      readonly kind: 'branch'
      readonly when: Condition
      readonly taken: Target
      readonly otherwise: Target
    }
  /** The last instruction is a jump to a register; `expected` is where a return should lead. */
  | { readonly kind: 'jump'; readonly expected: Target | undefined }
  /** The last instruction leads to another privilege. */
  | { readonly kind: 'trap' }

/** The calls that are open at an instruction. */
interface Context {
  readonly number: number
  readonly depth: number
  readonly caller: Context | undefined
  readonly returnTo: number
}

interface CodeAddress {
  readonly context: Context
  readonly offset: number
}

/** What follows an instruction. */
type Flow =
  | { readonly kind: 'on'; readonly to: CodeAddress }
  | { readonly kind: 'anew'; readonly to: CodeAddress }
  | { readonly kind: 'go'; readonly to: CodeAddress | undefined; readonly offset: number }
  | { readonly kind: 'branch'; readonly taken: CodeAddress; readonly otherwise: CodeAddress }
  | { readonly kind: 'jump'; readonly expected: CodeAddress | undefined }
  | { readonly kind: 'trap' }

interface Node extends CodeAddress {
  readonly instruction: Decoded
  readonly flow: Flow
}

/** What compiled code does itself; see trap.ts. */
export const isTrap = (call: SystemCall): call is 'ecall' | 'mret' | 'sret' =>
  call === 'ecall' || call === 'mret' || call === 'sret'

export const isFence = (call: SystemCall): call is 'sfence.vma' => call === 'sfence.vma'

const RA = 1
const ALTERNATE_LINK = 5 // x5, unprivileged specification, table 3
const isLink = (register: number): boolean => register === RA || register === ALTERNATE_LINK

/** The blocks of the fragment that begins at `entry`, which comes first; none if it cannot begin there. */
export function findFragment(
  source: CodeSource,
  entry: number,
  limits: Limits,
  abilities: Abilities,
): readonly Block[] {
  return new Exploration(source, limits, abilities).from(entry)
}

class Exploration {
  readonly #source: CodeSource
  readonly #limits: Limits
  readonly #abilities: Abilities
  readonly #nodes = new Map<string, Node>()
  readonly #leaders = new Map<string, CodeAddress>()
  readonly #contexts = new Map<string, Context>()
  readonly #queue: CodeAddress[] = []

  constructor(source: CodeSource, limits: Limits, abilities: Abilities) {
    this.#source = source
    this.#limits = limits
    this.#abilities = abilities
  }

  from(entry: number): readonly Block[] {
    const outermost = { number: 0, depth: 0, caller: undefined, returnTo: 0 }
    this.#lead({ context: outermost, offset: entry })
    for (let at = 0; at < this.#queue.length; at++) this.#walk(this.#queue[at]!)
    return this.#blocks()
  }

  #lead(place: CodeAddress): void {
    const key = keyOf(place)
    if (this.#leaders.has(key)) return
    this.#leaders.set(key, place)
    this.#queue.push(place)
  }

  /** Takes instructions up to one that jumps, or that was taken before. */
  #walk(from: CodeAddress): void {
    let place = from
    for (;;) {
      if (this.#nodes.has(keyOf(place)) || this.#nodes.size >= this.#limits.instructions) return
      const instruction = this.#source.at(place.offset)
      const flow = instruction === undefined ? undefined : this.#flow(place, instruction)
      if (instruction === undefined || flow === undefined) return
      this.#nodes.set(keyOf(place), { ...place, instruction, flow })
      if (flow.kind !== 'on') {
        for (const target of targetsOf(flow)) this.#lead(target)
        return
      }
      place = flow.to
    }
  }

  /** Undefined: no fragment contains such an instruction. */
  #flow({ context, offset }: CodeAddress, instruction: Decoded): Flow | undefined {
    const { row, rd, rs1, immediate, length } = instruction
    const last = table[row]!.meaning.at(-1)
    const next = offset + length
    if (row === ILLEGAL_ROW) return undefined
    if (last?.do === 'system' && isTrap(last.call)) return { kind: 'trap' }
    const on = { context, offset: next }
    if (last?.do === 'system') {
      if (csrAccess(instruction) ?? floatForm(instruction)) return { kind: 'on', to: on }
      const fences = isFence(last.call) || satpUse(instruction) !== undefined
      if (!this.#abilities.fences || !fences) return undefined
      return { kind: satpUse(instruction)?.writes === false ? 'on' : 'anew', to: on }
    }
    if (last?.do === 'jump') {
      const returns = rd === 0 && isLink(rs1) && context.caller !== undefined
      return {
        kind: 'jump',
        expected: returns ? { context: context.caller, offset: context.returnTo } : undefined,
      }
    }
    const target = offset + immediate
    if (last?.do === 'branch') {
      if (last.when !== 'always') {
        return {
          kind: 'branch',
          taken: { context, offset: target },
          otherwise: on,
        }
      }
      const called = isLink(rd) ? this.#call(context, next) : context
      return {
        kind: 'go',
        offset: target,
        to: called === undefined ? undefined : { context: called, offset: target },
      }
    }
    return { kind: 'on', to: on }
  }

  #call(caller: Context, returnTo: number): Context | undefined {
    if (caller.depth >= this.#limits.depth) return undefined
    const key = `${caller.number}:${returnTo}`
    let context = this.#contexts.get(key)
    if (context === undefined) {
      context = { number: this.#contexts.size + 1, depth: caller.depth + 1, caller, returnTo }
      this.#contexts.set(key, context)
    }
    return context
  }

  #blocks(): readonly Block[] {
    const made: { block: Block; last: Node }[] = []
    const byKey = new Map<string, Block>()
    for (let place of this.#leaders.values()) {
      for (let more = true; more; ) {
        const key = keyOf(place)
        const first = this.#nodes.get(key)
        if (first === undefined || byKey.has(key)) break
        const nodes = this.#run(first)
        const last = nodes.at(-1)!
        const block: Block = {
          number: made.length,
          offset: first.offset,
          instructions: nodes.map((node) => node.instruction),
          end: { kind: 'jump', expected: undefined },
        }
        byKey.set(key, block)
        made.push({ block, last })
        more = last.flow.kind === 'on' // cut: what follows is a block too
        if (last.flow.kind === 'on') place = last.flow.to
      }
    }
    for (const { block, last } of made) block.end = endOf(last, byKey)
    return made.map(({ block }) => block)
  }

  /** Nodes from `first` to the end of its block. */
  #run(first: Node): readonly Node[] {
    const nodes = [first]
    for (let node = first; node.flow.kind === 'on' && nodes.length < this.#limits.block; ) {
      const key = keyOf(node.flow.to)
      const next = this.#leaders.has(key) ? undefined : this.#nodes.get(key)
      if (next === undefined || next.offset >> 12 !== first.offset >> 12) break
      nodes.push(next)
      node = next
    }
    return nodes
  }
}

const keyOf = ({ context, offset }: CodeAddress): string => `${context.number}:${offset}`

function targetsOf(flow: Flow): readonly CodeAddress[] {
  switch (flow.kind) {
    case 'on':
    case 'anew':
      return [flow.to]
    case 'go':
      return flow.to === undefined ? [] : [flow.to]
    case 'branch':
      return [flow.taken, flow.otherwise]
    case 'jump':
      return flow.expected === undefined ? [] : [flow.expected]
    case 'trap':
      return []
  }
}

function endOf({ instruction, flow }: Node, blocks: ReadonlyMap<string, Block>): End {
  const target = (place: CodeAddress): Target => ({
    offset: place.offset,
    block: blocks.get(keyOf(place)),
  })
  switch (flow.kind) {
    case 'on':
      return { kind: 'go', to: target(flow.to), anew: false }
    case 'anew':
      return { kind: 'go', to: target(flow.to), anew: true }
    case 'trap':
      return flow
    case 'go': {
      const to = flow.to === undefined ? { offset: flow.offset, block: undefined } : target(flow.to)
      return { kind: 'go', to, anew: false }
    }
    case 'jump':
      return {
        kind: 'jump',
        expected: flow.expected === undefined ? undefined : target(flow.expected),
      }
    case 'branch': {
      const last = table[instruction.row]!.meaning.at(-1)
      if (last?.do !== 'branch' || last.when === 'always') throw new Error('expected a branch')
      const { when } = last
      return {
        kind: 'branch',
        when,
        taken: target(flow.taken),
        otherwise: target(flow.otherwise),
      }
    }
  }
}
