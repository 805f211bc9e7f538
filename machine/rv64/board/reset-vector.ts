// The reset ROM: the six instructions at 0x1000 that hand over to firmware or kernel, and the record
// that OpenSBI's dynamic firmware reads (firmware/fw_dynamic.md). Invariant: a0 is the hart id, a1
// the device tree, a2 the record.

export interface Handover {
  /** Where to jump, in M-mode. */
  readonly start: number
  readonly deviceTree: number
  /** The S-mode payload that firmware starts next; undefined without firmware. */
  readonly next: number | undefined
}

// The instructions, encoded by hand from the unprivileged specification.
const CODE = [
  0x0000_0297, // auipc t0, 0
  0x0202_b583, // ld    a1, DEVICE_TREE(t0)
  0x0302_8613, // addi  a2, t0, RECORD
  0xf140_2573, // csrr  a0, mhartid
  0x0182_b283, // ld    t0, START(t0)
  0x0002_8067, // jr    t0
] as const

const START = 0x18
const DEVICE_TREE = 0x20
const RECORD = 0x30
const RECORD_MAGIC = 0x4942_534fn // 'OSBI'
const RECORD_VERSION = 2n
const SUPERVISOR = 1n
const ROM_BYTES = RECORD + 6 * 8

export function resetVector({ start, deviceTree, next }: Handover): Uint8Array {
  const bytes = new Uint8Array(ROM_BYTES)
  const view = new DataView(bytes.buffer)
  CODE.forEach((word, i) => {
    view.setUint32(4 * i, word, true)
  })
  view.setBigUint64(START, BigInt(start), true)
  view.setBigUint64(DEVICE_TREE, BigInt(deviceTree), true)
  const options = 0n
  const bootHart = 0n
  const record = [RECORD_MAGIC, RECORD_VERSION, BigInt(next ?? 0), SUPERVISOR, options, bootHart]
  record.forEach((value, i) => {
    view.setBigUint64(RECORD + 8 * i, value, true)
  })
  return bytes
}
