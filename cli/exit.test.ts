// What the user reads of an error, and the exit code: the class decides, whichever room threw it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import { DiskError } from '../guest/filesystem.ts'
import { ImageError } from '../guest/images.ts'
import { RegistryError, UnknownName } from '../harness/registry.ts'
import { BridgeError } from '../machine/bridge/bridge.ts'
import { MachineError } from '../machine/machine.ts'
import { QemuError } from '../machine/qemu/qemu-error.ts'
import { ElfError } from '../machine/rv64/elf.ts'
import { RecordingError } from '../machine/rv64/recording.ts'
import { SnapshotError } from '../machine/rv64/snapshot-file.ts'
import { StoreError } from '../results/store.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
import { FAILED_CHECK, report, USAGE, UsageError } from './exit.ts'

let told = ''
beforeEach(() => {
  told = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += text
    return true
  })
  vi.stubEnv('MIRRORBENCH_DEBUG', undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const SAYS = 'expected a, got b. Try c'

const KINDS: readonly (new (message: string) => UserError)[] = [
  ...[UsageError, UnknownName, ImageError, DiskError, BridgeError],
  ...[MachineError, QemuError, ElfError, RecordingError, SnapshotError],
]

test.each([
  ...KINDS.map((kind): [string, UserError] => [kind.name, new kind(SAYS)]),
  ['StoreError', new StoreError('missing', SAYS)],
])('%s is told as it is, and is exit code 2', (name, error) => {
  expect(report(error)).toBe(USAGE)
  expect(told).toMatch(/^mirrorbench: [^\n]*expected a, got b\. Try c[^\n]*\n$/)
  expect(told).not.toContain('defect')
  expect(error.name).toBe(name)
})

test('a class that nobody has heard of is told as well', () => {
  class Novel extends UserError {}
  expect(report(new Novel(SAYS))).toBe(USAGE)
  expect(told).toBe(`mirrorbench: ${SAYS}\n`)
})

test('a guest that does not do what it was asked is a failed check, not a defect of ours', () => {
  expect(report(new WorkloadFailure(SAYS))).toBe(FAILED_CHECK)
  expect(told).toBe(`mirrorbench: ${SAYS}\n`)
})

test.each([new TypeError(SAYS), new RegistryError(SAYS)])('%s is a defect of ours', (error) => {
  expect(report(error)).toBe(USAGE)
  expect(told).toMatch(/This is a defect/)
})
