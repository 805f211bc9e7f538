// The one state layout: where everything lies in the machine's linear memory, by byte offset. All
// engines, the privileged code and snapshots use these names. Invariant: ranges do not overlap, and
// RAM comes last, so that its size can vary.

/** x0 to x31, 8 bytes each; x0 is never written. */
export const X = 0
/** Where writes to x0 go. */
export const DISCARD = 256
/** Valid between instructions; the WebAssembly engine derives it while it runs. */
export const PC = 264
/** i32: instructions that may still start, the current one not counted. */
export const BUDGET = 272
/** i32: budget put aside to make the engine stop at the next boundary. */
export const HELD = 276
/** i32: the decoded slot that executes. */
export const SLOT = 280
/** i32: slot of the first halfword of the page that executes; see engine/code/code-cache.ts. */
export const PAGE_SLOTS = 284
/** Virtual address of the page that executes. */
export const PAGE_VA = 288
/** Passes a value between an engine and the slow path of a load or store. */
export const VALUE = 296
/** i32: the TLB sets of the current context. */
export const DATA_TLB = 304
export const FETCH_TLB = 308
/** i32: host address that LR reserved, or 0. */
export const RESERVATION = 312
/** i32: 0 user, 1 supervisor, 3 machine (nominal: VS and VU are 1 and 0 with VIRTUALISED). */
export const PRIVILEGE = 316
/** i32: V of the hypervisor extension. */
export const VIRTUALISED = 320
/** i32: 1 while the hart waits in wfi. */
export const WAITING = 324
/** i32: interrupt wires from outside, at their bits of mip. */
export const WIRES = 328
/** i32: STIP and VSTIP as the Sstc comparisons have them. */
export const TIMERS = 332

/**
 * i32: the page of RAM, counted from its first, from which on PMP allows every access at every privilege
 * up to RAM's end. Below it, as where firmware protects itself, PMP is to be asked.
 */
export const PMP_OPEN = 336
/** i32 each: calls from U, S, none and M that compiled code took and the hart has yet to count. */
export const ECALLS = 340
/** i32: cycles taken beyond one an instruction, since the hart last counted them. */
export const EXTRA = 360

/** i32: where the TLB sets of the hart begin. */
export const TLB_BASE = 356
/** i32 each: flushes of all pages and of one that generated code made and the hart has yet to count. */
export const FENCES = 364

/** Cells of 8 bytes behind the CSRs; a CSR with a rule of its own may share a cell (sstatus). */
export const CELL_NAMES = [
  'mstatus',
  'medeleg',
  'mideleg',
  'mie',
  'mtvec',
  'mcounteren',
  'menvcfg',
  'mscratch',
  'mepc',
  'mcause',
  'mtval',
  'mtinst',
  'mtval2',
  /** The bits of mip that software has set. */
  'pending',
  /** mcycle and minstret as offsets from what the machine counts. */
  'mcycle',
  'minstret',
  'stvec',
  'scounteren',
  'senvcfg',
  'sscratch',
  'sepc',
  'scause',
  'stval',
  'stimecmp',
  'satp',
  'hstatus',
  'hedeleg',
  'hideleg',
  'hcounteren',
  'htval',
  'htinst',
  'henvcfg',
  'hgatp',
  'htimedelta',
  'vsstatus',
  'vstvec',
  'vsscratch',
  'vsepc',
  'vscause',
  'vstval',
  'vstimecmp',
  'vsatp',
  'fcsr',
  'pmpcfg0',
  'pmpcfg2',
  'pmpaddr0',
  'pmpaddr1',
  'pmpaddr2',
  'pmpaddr3',
  'pmpaddr4',
  'pmpaddr5',
  'pmpaddr6',
  'pmpaddr7',
  'pmpaddr8',
  'pmpaddr9',
  'pmpaddr10',
  'pmpaddr11',
  'pmpaddr12',
  'pmpaddr13',
  'pmpaddr14',
  'pmpaddr15',
] as const
export type CellName = (typeof CELL_NAMES)[number]

const CELLS = 512

/** f0 to f31, 8 bytes each; a single in them is boxed. */
export const F = 2048

/** Byte offset of each cell. */
export const CELL = Object.fromEntries(
  CELL_NAMES.map((name, i) => [name, CELLS + 8 * i]),
) as Readonly<Record<CellName, number>>

/**
 * All that belongs to one hart lies below: the live state. Of several harts the one that runs has it; what
 * the others have there waits in copies of their own (run/lane.ts).
 */
export const LIVE_BYTES = 4096

/** One hart's state by the offsets of the live state: in linear memory, or parked. */
export interface Cells {
  readonly i32: Int32Array
  readonly u64: BigUint64Array
}

/**
 * i32, behind the live state, for it is the machine's: granules of RAM with a memory error. While it is
 * not 0, every walk looks for them.
 */
export const ERRORS = LIVE_BYTES
/**
 * i32, likewise: while it is not 0, a page that the fetch TLB misses is the engine's to bring; see
 * hart/fetch-guard.ts.
 */
export const GUARDED = LIVE_BYTES + 4
/** i32, likewise: while it is not 0, a run is to stop where the hart comes to user mode. */
export const USER_STOP = LIVE_BYTES + 8

/** Soft TLBs: see mmu/tlb.ts. */
export const TLB = 0x1_0000
/** What caches and TLBs hold, where a profile models them: see timing/memory-timing.ts. */
export const TIMING = 0xc_0000
/** Bytes of the sets of one hart and of its logs; those of harts beyond the first lie behind RAM. */
export const TLB_BYTES = 0xb_0000
/** Decoded instructions: see engine/code/code-cache.ts. */
export const CODE = 0x10_0000

/** Code pages that can be decoded at once: more than a Linux kernel executes. Each takes 33 KiB then. */
export const CODE_PAGES = 2048
/** Bytes of one decoded instruction. */
export const SLOT_BYTES = 16
/**
 * Behind the slots of a page: a byte a cache line, 1 if a fetch from it would hit (see timing/), and one
 * for the slot that leads over the end, which is always 1. First those for M-mode, then for all others.
 */
export const LINE_FLAGS = 2049 * SLOT_BYTES
export const FLAG_BYTES = 80
/** One slot for each halfword of a page and one that leads over its end, then the flags. */
export const CODE_PAGE_BYTES = LINE_FLAGS + 2 * FLAG_BYTES
/** Where an instruction that lies across two pages is decoded, and the slot that follows it; as a page. */
export const STRADDLE = CODE + 0x8000
export const CODE_POOL = STRADDLE + CODE_PAGE_BYTES

/** 8 MiB of pages in a set of the soft TLB, twice what the second-level TLBs of real processors reach. */
export const TLB_ENTRIES = 2048
/** A tag (8 bytes: the page's address), then what to add to an address, or the page's slots. */
export const TLB_ENTRY_BYTES = 16
/** Where a page-grain entry says what an entry of a modelled TLB contains that holds the page, or 0. */
export const ENTRY_KEY = 12
/** An address shifted right by TLB_SHIFT and masked with TLB_MASK is the offset of its entry in a set. */
export const TLB_SHIFT = 8
export const TLB_MASK = (TLB_ENTRIES - 1) * TLB_ENTRY_BYTES
export const TLB_SET_BYTES = TLB_ENTRIES * TLB_ENTRY_BYTES
/** The distance from the read set of a context to its write set, and to its fetch set. */
export const WRITE_SET = TLB_SET_BYTES
export const FETCH_SET = 2 * TLB_SET_BYTES
/** Bytes of the sets of one context of the soft TLB. */
export const CONTEXT_BYTES = 3 * TLB_SET_BYTES
/** The contexts in the order of their sets; those of a supervisor come without SUM, then with it. */
export const CONTEXT = { M: 0, S: 1, U: 3, VS: 4, VU: 6 } as const
export const CONTEXTS = 7
/**
 * Behind the sets of a hart lie three logs, of M, of S and U, of VS and VU: entries filled since the last
 * flush. A log begins with their count, which is one more than it holds if there were more.
 */
export const TLB_LOGS = CONTEXTS * CONTEXT_BYTES
export const LOG_BYTES = 0x2000
export const LOG_ENTRIES = LOG_BYTES / 4 - 1
/** The distance from the sets of a hart to the log of S and U, and to that of VS and VU. */
export const SUPERVISOR_LOG = TLB_LOGS + LOG_BYTES
export const GUEST_LOG = SUPERVISOR_LOG + LOG_BYTES
/**
 * The distance from a data set whose entries are lines to one whose entries are pages, where both are
 * kept. A multiple of CONTEXT_BYTES.
 */
export const PAGES_BESIDE =
  Math.ceil((CODE_POOL + CODE_PAGES * CODE_PAGE_BYTES - TLB) / CONTEXT_BYTES) * CONTEXT_BYTES

/** Pages of RAM beyond which there is no room in linear memory. */
export const MOST_RAM_PAGES = 2 ** 31 / 4096
/** u16 by page of RAM: which decoded page holds its instructions, counted from 1, or 0. */
export const CODE_OF_PAGE = TLB + PAGES_BESIDE + CONTEXTS * CONTEXT_BYTES
/** u8 by page of RAM: 1 if it may differ from zero. */
export const TOUCHED = CODE_OF_PAGE + 2 * MOST_RAM_PAGES

const WASM_PAGE = 65536
/** Host address of guest RAM. */
export const RAM = Math.ceil((TOUCHED + MOST_RAM_PAGES) / WASM_PAGE) * WASM_PAGE

/** Behind RAM: what the harts beyond the first need; of a single one, the directory of its caches. */
export const memoryPages = (ramBytes: number, harts: number): number =>
  Math.ceil(
    (RAM + ramBytes + (harts - 1) * TLB_BYTES + (harts === 1 ? ramBytes / 64 : 0)) / WASM_PAGE,
  )

/** A byte a line of RAM, where a profile models caches: see timing/line-array.ts. */
export const directoryOf = (ramBytes: number): number => RAM + ramBytes

/** Where the soft TLB of a hart lies. */
export const tlbOf = (hart: number, ramBytes: number): number =>
  hart === 0 ? TLB : RAM + ramBytes + (hart - 1) * TLB_BYTES
