// What the user reads of an error, and the exit code: the class decides, whichever room threw it.

import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import { DiskError } from '../guest/filesystem.ts'
import { ImageError } from '../guest/images.ts'
import { BridgeError } from '../machine/bridge/bridge.ts'
import { ElfError } from '../machine/elf/file.ts'
import { MachineError } from '../machine/machine.ts'
import { QemuError } from '../machine/qemu/qemu-error.ts'
import { RecordingError } from '../machine/rv64/session/recording.ts'
import { SnapshotError } from '../machine/rv64/snapshot/snapshot-file.ts'
import { RegistryError, UnknownName } from '../registry/registry.ts'
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

test('a class of another library is told as well', () => {
  class Novel extends UserError {}
  expect(report(new Novel(SAYS))).toBe(USAGE)
  expect(told).toBe(`mirrorbench: ${SAYS}\n`)
})

test('a guest that does not do what it was asked is a failed check, not a defect of ours', () => {
  expect(report(new WorkloadFailure(SAYS))).toBe(FAILED_CHECK)
  expect(told).toBe(`mirrorbench: ${SAYS}\n`)
})

test('a package that is not installed is the environment, not a defect of ours', async () => {
  const name = 'no-such-package'
  const error = await import(/* @vite-ignore */ name).catch((caught: unknown) => caught)
  expect(report(error)).toBe(USAGE)
  expect(told).toMatch(/^mirrorbench: no-such-package: expected a package .*Try: npm ci\n$/)
})

test.each([new TypeError(SAYS), new RegistryError(SAYS)])('%s is a defect of ours', (error) => {
  expect(report(error)).toBe(USAGE)
  expect(told).toMatch(/This is a defect/)
})

const system = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: as the system says it`), { code, ...more })

describe('an error', () => {
  it.each([
    [
      system('EMFILE', { path: 'a' }),
      /^a: expected a free file descriptor, got none. Try: ulimit -n/,
    ],
    [system('EMFILE'), /^EMFILE: expected a free file descriptor/],
    [new Error('Cannot read package config x: too many open files.'), /^EMFILE: expected a free/],
    [system('EFBIG', { path: 'a' }), /^a: expected room in a file, got its limit. Try: ulimit -f/],
    [system('ENOSPC', { path: 'a' }), /^a: expected free space on the disk, got none$/],
    [
      system('ENOENT', { path: '/none/of/it' }),
      /^\/none\/of\/it: expected a folder \/none, got none$/,
    ],
    [system('ENOENT', { path: '/none' }), /^\/none: expected a file there, got none$/],
    [system('EADDRINUSE', { port: 80 }), /^port 80: expected a free port/],
    [
      new UnknownName("expected a config, got 'x'"),
      /^expected a config, got 'x'. Try: npm run .* list$/,
    ],
    [new TypeError('\u001b[2J\nx'), /^unexpected TypeError: \u241b\[2J\u240ax. This is a defect; /],
  ])('%s is one line that says what to do', (error, says) => {
    expect(report(error)).toBe(USAGE)
    expect(told).toMatch(/^mirrorbench: [^\n]*\n$/)
    expect(told.slice('mirrorbench: '.length, -1)).toMatch(says)
  })
})
