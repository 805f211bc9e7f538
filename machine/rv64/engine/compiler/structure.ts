// From a graph of blocks to nested loops and blocks, as WebAssembly wants them (after Ramsey, "Beyond
// Relooper", 2022): each block stands inside its immediate dominator; a block with several ways in
// ends a wasm block, one that is jumped back to begins a wasm loop. Invariant: an edge back to a block
// that does not dominate its source (an irreducible loop) is none of this; it must leave the fragment.

import type { Decoded } from '../../isa/decode.ts'
import { table } from '../../isa/table.ts'
import type { Block, Target } from './fragment.ts'

export type Edge = 'inline' | 'forward' | 'back' | 'leave'

export class Structure {
  /** The position of a block in reverse postorder; blocks that are not reached have none. */
  readonly #order = new Map<Block, number>()
  readonly #dominator = new Map<Block, Block>()
  /** Blocks with several forward ways in, by the block that dominates them, the last first. */
  readonly #merges = new Map<Block, Block[]>()
  readonly #ways = new Map<Block, number>()
  readonly #loops = new Set<Block>()

  /** `blocks` are not empty, the entry first; `twice`: a short loop is emitted twice. */
  constructor(blocks: readonly Block[], twice: boolean) {
    const entry = blocks[0]!
    const sorted = reversePostorder(entry)
    sorted.forEach((block, i) => {
      this.#order.set(block, i)
    })
    this.#findDominators(sorted)
    for (const block of sorted) {
      for (const to of successors(block)) {
        if (this.#position(to) > this.#position(block)) {
          // So is the way out of it.
          this.#ways.set(to, (this.#ways.get(to) ?? 0) + (twice && isShortLoop(block) ? 2 : 1))
        } else if (this.#dominates(to, block)) this.#loops.add(to)
      }
    }
    for (const block of sorted.toReversed()) {
      if ((this.#ways.get(block) ?? 0) < 2) continue
      const above = this.#dominator.get(block)!
      const list = this.#merges.get(above)
      if (list === undefined) this.#merges.set(above, [block])
      else list.push(block)
    }
  }

  isLoop(block: Block): boolean {
    return this.#loops.has(block)
  }

  /** What must follow this block's wasm blocks, outermost first. */
  mergesIn(block: Block): readonly Block[] {
    return this.#merges.get(block) ?? []
  }

  edge(from: Block, to: Block): Edge {
    if (this.#position(to) <= this.#position(from)) {
      return this.#dominates(to, from) ? 'back' : 'leave'
    }
    return this.#ways.get(to)! > 1 ? 'forward' : 'inline'
  }

  #position(block: Block): number {
    return this.#order.get(block)!
  }

  #dominates(above: Block, below: Block): boolean {
    let block: Block | undefined = below
    while (block !== undefined && block !== above) block = this.#dominator.get(block)
    return block === above
  }

  /** Cooper, Harvey and Kennedy: intersect over the predecessors until nothing changes. */
  #findDominators(sorted: readonly Block[]): void {
    const before = new Map<Block, Block[]>(sorted.map((block) => [block, []]))
    for (const block of sorted) for (const to of successors(block)) before.get(to)!.push(block)
    for (let changed = true; changed; ) {
      changed = false
      for (const block of sorted.slice(1)) {
        let best: Block | undefined
        for (const one of before.get(block)!) {
          if (one !== sorted[0] && !this.#dominator.has(one)) continue
          best = best === undefined ? one : this.#common(best, one)
        }
        if (best !== undefined && this.#dominator.get(block) !== best) {
          this.#dominator.set(block, best)
          changed = true
        }
      }
    }
  }

  #common(a: Block, b: Block): Block {
    let [x, y] = [a, b]
    while (x !== y) {
      if (this.#position(x) > this.#position(y)) x = this.#dominator.get(x)!
      else y = this.#dominator.get(y)!
    }
    return x
  }
}

/**
 * A block that jumps back to itself, short enough to be emitted more than once. Not with loads in
 * it: following pointers took twice the time then.
 */
export const isShortLoop = ({ instructions, end }: Block): boolean =>
  end.kind === 'branch' &&
  instructions.length <= SHORT &&
  isOwnLoop(end) &&
  !instructions.some(loads)

const SHORT = 24

const loads = ({ row }: Decoded): boolean =>
  table[row]!.meaning.some((statement) => statement.do === 'load')

const isOwnLoop = ({ taken, otherwise }: Block['end'] & { kind: 'branch' }): boolean =>
  taken.block?.end.kind === 'branch' &&
  taken.block.end.taken === taken &&
  otherwise.block !== taken.block

function successors({ end }: Block): readonly Block[] {
  const targets = targetsOf(end)
  const blocks = targets.flatMap((target) => (target?.block === undefined ? [] : [target.block]))
  return blocks
}

function targetsOf(end: Block['end']): readonly (Target | undefined)[] {
  switch (end.kind) {
    case 'go':
      return [end.to]
    case 'branch':
      return [end.taken, end.otherwise]
    case 'jump':
      return [end.expected]
    case 'trap':
      return []
  }
}

function reversePostorder(entry: Block): readonly Block[] {
  const seen = new Set<Block>([entry])
  const order: Block[] = []
  const path = [{ block: entry, rest: [...successors(entry)] }]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.rest.pop()
    if (next === undefined) {
      order.push(top.block)
      path.pop()
    } else if (!seen.has(next)) {
      seen.add(next)
      path.push({ block: next, rest: [...successors(next)] })
    }
  }
  return order.reverse()
}
