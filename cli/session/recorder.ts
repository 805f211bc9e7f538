// Recorder: writes the recording of a session for `replay`. Invariant: the file is opened before the session
// begins, so that a file that cannot be written costs no session.

import { sourceVersion } from '../../harness/version.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Rv64Machine } from '../../machine/rv64/rv64.ts'
import { writeRecording } from '../../machine/rv64/session/recording-file.ts'
import { UsageError } from '../exit.ts'
import { holdOn } from '../interruption.ts'
import { openOutput } from '../output-file.ts'
import { say } from '../voice.ts'

export const RECORD_HELP = "what came from outside goes to that file, for 'replay'"

export interface SessionRecorder extends AsyncDisposable {
  /** The session is on this machine. If nothing is to be recorded, the machine keeps no inputs either. */
  begin(machine: Machine): Promise<void>
  /** `origin`: the options by which `replay` makes the machine again. */
  keep(machine: Machine, origin: Readonly<Record<string, string>>): Promise<void>
}

const NO_RECORDER: SessionRecorder = {
  async begin(machine) {
    ;(await ours(machine))?.keepNoInputs()
  },
  keep: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

/** A recorder that writes to `path`; without a path, one that keeps nothing. */
export async function openRecorder(
  path: string | undefined,
  gdb?: number,
): Promise<SessionRecorder> {
  if (path === undefined) return NO_RECORDER
  if (gdb !== undefined) {
    throw new UsageError(
      '--record: expected no --gdb, whose hand no recording holds; got both. Try: one of them',
    )
  }
  const file = await openOutput(path)
  // The session that is recorded ends by the signal; the recording is written all the same.
  const hold = holdOn()
  return {
    begin: async () => {},
    async keep(machine, origin) {
      const emulated = await ours(machine)
      if (emulated === undefined) {
        throw new UsageError('--record: expected back end rv64, got qemu, which is not exact')
      }
      const recording = emulated.recording({ version: await sourceVersion(), origin })
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

/** The emulator is large; a verb loads it only once it has a machine. */
async function ours(machine: Machine): Promise<Rv64Machine | undefined> {
  const { Rv64Machine } = await import('../../machine/rv64/rv64.ts')
  return machine instanceof Rv64Machine ? machine : undefined
}
