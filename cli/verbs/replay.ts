// replay: a recorded session once more, and whether it came out the same.

import { Command } from 'commander'
import { sourceVersion } from '../../harness/version.ts'
import type { Replay, ReplayEnd } from '../../machine/rv64/replay.ts'
import type { Recording } from '../../machine/rv64/session/recording.ts'
import { FAILED_CHECK, FINE, INTERRUPTED } from '../exit.ts'
import { bytesOf } from '../input-file.ts'
import { holdOn } from '../interruption.ts'
import { PURPOSE } from '../verbs.ts'
import { complain, say } from '../voice.ts'

export default new Command('replay')
  .helpGroup(PURPOSE.boot)
  .description('a recorded session once more; exit code 1 if it does not come out the same')
  .argument('<file>', "what 'machine', 'shell' or 'serve' left by --record")
  .action(async (file: string) => {
    const { readRecording } = await import('../../machine/rv64/session/recording-file.ts')
    process.exitCode = await perform(readRecording(await bytesOf(file)))
  })

async function perform(recording: Recording): Promise<number> {
  const session = await opened(recording)
  session.machine.console.listen((text) => process.stdout.write(text))
  using hold = holdOn()
  const end = await session.run(hold.signal)
  if (process.stdout.isTTY) process.stdout.write('\n') // the guest's last line is seldom whole
  return await judged(end, recording)
}

/** Says which files are read: the recording chose them, not the user. */
async function opened(recording: Recording): Promise<Replay> {
  const [{ machineOf }, { refusal }, { Replay }, { HOST }] = await Promise.all([
    import('../session/origin.ts'),
    import('../session/made-machine.ts'),
    import('../../machine/rv64/replay.ts'),
    import('../../machine/open.ts'),
  ])
  const { origin } = recording.about
  const { spec, files } = await machineOf(origin)
  try {
    const session = new Replay(recording, spec, HOST)
    if (files.length > 0) say(`replay: of ${files.join(', ')}, as the recording says`)
    return session
  } catch (error) {
    throw refusal(error, origin)
  }
}

async function judged(end: ReplayEnd, { about, inputs, end: told }: Recording): Promise<number> {
  switch (end.kind) {
    case 'same': {
      const { cycle, digest } = told
      say(`replay: ${inputs.length} inputs; the same cycle ${cycle}, the same digest ${digest}`)
      return FINE
    }
    case 'parted': {
      const version = await sourceVersion()
      const why =
        version === about.version
          ? 'If the recording is as it was written, this is a defect'
          : `Recorded by version ${about.version}, this is ${version}. Try: the one that recorded`
      complain(`replay: ${end.why}. ${why}`)
      return FAILED_CHECK
    }
    case 'aborted':
      return INTERRUPTED
    default:
      return end satisfies never
  }
}
