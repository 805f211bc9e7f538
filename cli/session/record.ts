// Record: what a session leaves for `replay`. Invariant: the file is opened before the session begins, so
// that nobody learns at its end that it could not be written.

import { sourceVersion } from '../../harness/version.ts'
import type { Machine } from '../../machine/machine.ts'
import { Rv64Machine } from '../../machine/rv64/rv64.ts'
import { writeRecording } from '../../machine/rv64/session/recording-file.ts'
import { UsageError } from '../exit.ts'
import { holdOn } from '../interruption.ts'
import { openOutput } from '../output-file.ts'
import { say } from '../voice.ts'

export const RECORD_HELP = "what came from outside goes to that file, for 'replay'"

export interface SessionRecord extends AsyncDisposable {
  /** The session is on this machine. If nothing is to be recorded, the machine keeps no inputs either. */
  begin(machine: Machine): void
  /** `origin`: the options by which `replay` makes the machine again. */
  keep(machine: Machine, origin: Readonly<Record<string, string>>): Promise<void>
}

const NO_RECORD: SessionRecord = {
  begin(machine) {
    if (machine instanceof Rv64Machine) machine.keepNoInputs()
  },
  keep: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

/** Without a path, a record that keeps nothing. */
export async function openRecord(path: string | undefined, gdb?: number): Promise<SessionRecord> {
  if (path === undefined) return NO_RECORD
  if (gdb !== undefined) {
    throw new UsageError(
      '--record: expected no --gdb, whose hand is not on record; got both. Try: one of them',
    )
  }
  const file = await openOutput(path)
  // The session that is recorded ends by the signal; the recording is written all the same.
  const hold = holdOn()
  return {
    begin: () => {},
    async keep(machine, origin) {
      if (!(machine instanceof Rv64Machine)) {
        throw new UsageError('--record: expected back end rv64, got qemu, which is not exact')
      }
      const recording = machine.recording({ version: await sourceVersion(), origin })
      await file.write(writeRecording(recording))
      const { inputs, end } = recording
      say(`recording: ${path}, ${inputs.length} inputs, ends at cycle ${end.cycle}`)
    },
    async [Symbol.asyncDispose]() {
      hold[Symbol.dispose]()
      await file[Symbol.asyncDispose]()
    },
  }
}
