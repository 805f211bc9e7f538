// Profile `flat`: one cycle an instruction at 1 GHz, as QEMU's `-icount shift=0,sleep=off`.
// A trapping instruction takes its cycle and does not retire; taking an interrupt costs nothing.

import type { Profile } from './profile.ts'

export const flat: Profile = {
  name: 'flat',
  about: 'one cycle an instruction, 1 GHz',
  hertz: 1_000_000_000,
  cyclesPerTick: 100, // mtime at 10 MHz, as on QEMU `virt`
  latencies: {
    'disk-request': 20_000, // 20 us: an NVMe drive's read latency, order of magnitude
    'disk-sector': 250, // 512 bytes at 2 GB/s
    'net-transmit': 1_000,
    'net-receive': 1_000,
    wire: 25_000, // 25 us one way: a switched local network
    'wire-byte': 1, // 8 Gb/s: a ten-gigabit network, so that the guest and not the cable is the limit
  },
}
