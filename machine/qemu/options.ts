// QEMU's command line for a MachineSpec. Invariant: the board is the one of docs/board.md, and an
// instruction takes a nanosecond of virtual time, as in profile `flat`.

import type { MachineSpec } from '../machine.ts'
import { RTC_START } from '../rv64/device/rtc.ts'
import { MiB } from '../units.ts'

/** Where QEMU finds its files and connects its channels. */
export interface Places {
  readonly kernel: string
  readonly firmware: string | undefined
  readonly initrd: string | undefined
  readonly disk: string | undefined
  readonly console: string
  readonly qmp: string
  readonly gdb: string
}

/** What its clock shows at reset, as ours does; QEMU takes no zone. */
const START = new Date(Number(RTC_START / 1_000_000n)).toISOString().slice(0, -'.000Z'.length)

/** The only profile that QEMU has. */
export const QEMU_PROFILE = 'flat'

/** Throws RangeError for a spec that QEMU cannot be built to. */
export function argumentsFor(spec: MachineSpec, places: Places): string[] {
  if (spec.profile !== QEMU_PROFILE) {
    const only = `expected profile ${QEMU_PROFILE}, the only one of QEMU`
    throw new RangeError(`${only}; got ${spec.profile}`)
  }
  const bytes = spec.banks.reduce((sum, bank) => sum + bank.bytes, 0)
  if (bytes % MiB !== 0) throw new RangeError(`expected whole MiB of RAM, got ${bytes} bytes`)
  // While no person sits at it, idle time need not pass: with a pacer it does, as it does for them.
  const icount = spec.pacer === undefined ? 'shift=0,sleep=off' : 'shift=0'
  return [
    ...['-M', 'virt', '-cpu', 'rv64', '-smp', String(spec.harts), '-m', `${bytes / MiB}M`],
    ...['-rtc', `base=${START},clock=vm`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-S', '-icount', icount],
    ...['-bios', places.firmware ?? 'none', '-kernel', places.kernel],
    ...(places.initrd === undefined ? [] : ['-initrd', places.initrd]),
    ...(spec.bootargs === undefined ? [] : ['-append', spec.bootargs]),
    ...['-global', `virtio-mmio.force-legacy=${spec.virtio === 1}`],
    ...disk(places.disk),
    ...(spec.network === true ? NETWORK : []),
    ...['-chardev', `socket,id=console,path=${escaped(places.console)}`],
    ...['-serial', 'chardev:console', '-qmp', `unix:${escaped(places.qmp)}`],
    ...['-gdb', `unix:${escaped(places.gdb)}`],
  ]
}

function disk(path: string | undefined): string[] {
  if (path === undefined) return []
  const drive = `file=${escaped(path)},if=none,format=raw,id=disk,cache=unsafe`
  return ['-drive', drive, '-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0']
}

/** A card as the spec wants it; what it is connected to leads nowhere. */
const NETWORK = [
  ...['-netdev', 'user,id=net,restrict=on,ipv6=off'],
  ...['-device', 'virtio-net-device,netdev=net,bus=virtio-mmio-bus.1'],
]

/** A comma in a value is written twice. */
const escaped = (value: string): string => value.replaceAll(',', ',,')
