// The CSRs in which QEMU is compared, under masks. Invariant: a bit is left out only for the reason given.

export interface ComparedCsr {
  readonly name: string
  readonly mask: bigint
  /** Not compared while a guest runs: QEMU's stub shows the guest's copy then. */
  readonly swapped?: true
}

const ALL = (1n << 64n) - 1n
/** All but SD and GVA (of which QEMU 7.2 thinks otherwise), UXL and SXL. */
const MSTATUS = 0x80_007e_79aan
/** The interrupts of M and S. */
const INTERRUPTS = 0xaaan
/** The interrupts of a guest are delegated for good; QEMU 7.2 shows it after the first write only. */
const DELEGABLE = 0x222n
/** All but cause 19, hardware error, which QEMU 7.2 does not know. */
const EXCEPTIONS = ALL & ~(1n << 19n)

/** Left out: time and counters, pending interrupts (QEMU takes none here), mtval of what is illegal. */
export const COMPARED_CSRS: readonly ComparedCsr[] = [
  { name: 'mstatus', mask: MSTATUS, swapped: true },
  { name: 'mie', mask: INTERRUPTS },
  { name: 'mideleg', mask: DELEGABLE },
  { name: 'medeleg', mask: EXCEPTIONS },
  ...['mtvec', 'mscratch', 'mepc', 'mcause'].map(whole),
  ...['stvec', 'sscratch', 'sepc', 'scause', 'satp'].map((name) => ({
    ...whole(name),
    swapped: true as const,
  })),
]

function whole(name: string): ComparedCsr {
  return { name, mask: ALL }
}
