// A session at a guest's console with gdb beside it.

import type { Attachment } from '../../harness/attachment.ts'
import type { Machine } from '../../machine/machine.ts'
import { UsageError } from '../exit.ts'
import { say } from '../voice.ts'
import type { Session } from './session.ts'
import { attend } from './terminal.ts'

export const GDB_HELP = 'gdb may connect to port p of 127.0.0.1; the guest waits for it'

/** The guest stands at reset until gdb lets it go; `port` 0 takes a free one. */
export async function attendDebugged(
  machine: Machine,
  outside: Attachment,
  port: number,
): Promise<Session> {
  // The emulator and gdb's protocol are large; a session without gdb does not wait for them.
  const { Rv64Machine } = await import('../../machine/rv64/rv64.ts')
  const { serveGdb } = await import('../../machine/gdb/server.ts')
  if (!(machine instanceof Rv64Machine)) {
    throw new UsageError(
      '--gdb: expected back end rv64, got qemu. Try: qemu-system-riscv64 with its own option -gdb',
    )
  }
  const server = await serveGdb(machine.debugger(), port)
  say(`gdb: target remote 127.0.0.1:${server.port} (the guest waits)`)
  let code = 0
  try {
    const session = await attend(machine, outside)
    if (session.stop.kind === 'power-off') code = session.stop.code
    return session
  } finally {
    await server.close(code)
  }
}
