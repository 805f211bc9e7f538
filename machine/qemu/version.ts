// Which QEMU there is.

import { execa } from 'execa'
import { QemuError } from './qemu-error.ts'

export interface Version {
  readonly major: number
  readonly minor: number
}

/** The program; another one by name in the environment. */
export const QEMU = process.env.MIRRORBENCH_QEMU ?? 'qemu-system-riscv64'
const INSTALL = 'Try: apt-get install qemu-system-misc (or name a QEMU in MIRRORBENCH_QEMU)'
const LIMIT_MS = 10_000

/** Throws QemuError if there is none. */
export async function versionOf(): Promise<Version> {
  const { stdout, failed, code } = await execa(QEMU, ['--version'], {
    reject: false,
    timeout: LIMIT_MS,
  })
  if (code === 'ENOENT') throw new QemuError(`expected ${QEMU} in PATH, got none. ${INSTALL}`)
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  if (failed || major === undefined) {
    throw new QemuError(`expected ${QEMU} to tell its version, got ${`"${stdout ?? ''}"`}`)
  }
  return { major: Number(major), minor: Number(minor) }
}
