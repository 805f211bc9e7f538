// WebFiles: what the web workloads fetch: the files of /www on the standard disk, with the hash that a
// body must have (a test compares them with what guest/mkfs.ts writes).

import { createHash } from 'node:crypto'
import { type Guest, WorkloadFailure } from './workload.ts'

export interface WebFile {
  readonly path: string
  readonly sha256: string
}

const WEB_FILES: Readonly<Record<number, WebFile>> = {
  1024: {
    path: '/1k.bin',
    sha256: '556a3295662780f6c7fa2407b18a2a64ede0b109a25a4a6f5bd2ff002717503b',
  },
  10240: {
    path: '/10k.bin',
    sha256: '04b54fef8906c153d141b881702dc937935de4cf473e349af4387497a73d236d',
  },
  102400: {
    path: '/100k.bin',
    sha256: 'bbe5deb54a393f49bccd6d7b29d221f07b585902c8cf3728fab03e844d0d7bf6',
  },
}

export const HTTP_PORT = 80

export function webFile(bytes: number): WebFile {
  const file = WEB_FILES[bytes]
  if (file === undefined) throw new RangeError(`no file of ${bytes} bytes on the standard disk`)
  return file
}

/** Throws unless the body is the file, byte for byte. */
export function demandBody(file: WebFile, status: number, body: Uint8Array): void {
  if (status !== 200) throw new WorkloadFailure(`GET ${file.path}: expected 200, got ${status}`)
  const sha256 = createHash('sha256').update(body).digest('hex')
  if (sha256 === file.sha256) return
  throw new WorkloadFailure(`GET ${file.path}: ${body.length} bytes came, not those of the file`)
}

const LISTENS = /httpd: port (\d+), root/
/** The server's whole line, and the shell's prompt, in whichever order they come. */
const LISTENS_AT_PROMPT =
  /\$ .*?httpd: port \d+, root [^\n]*\n|httpd: port \d+, root [^\n]*\n.*?\$ /s

/**
 * Starts the server and waits until it listens. A cell in which it dies has failed: nothing starts it again.
 */
export async function startServer(guest: Guest): Promise<void> {
  guest.type('httpd &')
  await guest.expect(LISTENS)
}

/**
 * Starts a server that init starts again should it die. The caller reads what the guest says from then on:
 * nothing of what it says at the start is left over.
 */
export async function keepServer(guest: Guest): Promise<void> {
  guest.type('init httpd &')
  await guest.expect(LISTENS_AT_PROMPT)
}
