import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UnknownName } from '../harness/registry.ts'
import { report, USAGE } from './exit.ts'

let said: string
beforeEach(() => {
  said = ''
  vi.stubEnv('MIRRORBENCH_DEBUG', '')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
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
    expect(said).toMatch(/^mirrorbench: [^\n]*\n$/)
    expect(said.slice('mirrorbench: '.length, -1)).toMatch(says)
  })
})
