// replay: a recorded session once more, and whether it came out the same.

import { Command } from 'commander'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { realParts } from '../harness/parts.ts'
import { pick } from '../harness/registry.ts'
import { sourceVersion } from '../harness/version.ts'
import type { MachineSpec } from '../machine/machine.ts'
import { HOST } from '../machine/open.ts'
import { type Recording, RecordingError } from '../machine/rv64/recording.ts'
import { readRecording } from '../machine/rv64/recording-file.ts'
import { Replay, type ReplayEnd } from '../machine/rv64/replay.ts'
import { FAILED_CHECK, FINE, INTERRUPTED } from './exit.ts'
import { bytesOf } from './input-file.ts'
import { specOf } from './machine.ts'

export function replay(): Command {
  return new Command('replay')
    .description('a recorded session once more; exit code 1 if it does not come out the same')
    .argument('<file>', "what 'machine', 'shell' or 'serve' left by --record")
    .action(async (file: string) => {
      process.exitCode = await perform(readRecording(await bytesOf(file)))
    })
}

async function perform(recording: Recording): Promise<number> {
  const session = new Replay(recording, await specFrom(recording.about.origin), HOST)
  session.machine.console.listen((text) => process.stdout.write(text))
  const over = new AbortController()
  const signalled = (): void => over.abort()
  process.on('SIGINT', signalled).on('SIGTERM', signalled)
  try {
    const end = await session.run(over.signal)
    if (process.stdout.isTTY) process.stdout.write('\n') // the guest's last line is seldom whole
    return await judged(end, recording)
  } finally {
    process.off('SIGINT', signalled).off('SIGTERM', signalled)
  }
}

async function judged(end: ReplayEnd, { about, inputs, end: told }: Recording): Promise<number> {
  switch (end.kind) {
    case 'same': {
      const { cycle, digest } = told
      process.stderr.write(
        `replay: ${inputs.length} inputs; the same cycle ${cycle}, the same digest ${digest}\n`,
      )
      return FINE
    }
    case 'parted': {
      const version = await sourceVersion()
      const why =
        version === about.version
          ? 'This is a defect'
          : `Recorded by version ${about.version}, this is ${version}. Try: the one that recorded`
      process.stderr.write(`mirrorbench: replay: ${end.why}. ${why}\n`)
      return FAILED_CHECK
    }
    case 'aborted':
      return INTERRUPTED
    default:
      return end satisfies never
  }
}

/** The machine that was recorded, as far as its origin tells; the replay compares the rest. */
async function specFrom(origin: Readonly<Record<string, string>>): Promise<MachineSpec> {
  const { verb, config, seed, profile = '', kernel, memory, virtio, harts = '1', ...files } = origin
  if ((verb === 'shell' || verb === 'serve') && config !== undefined) {
    const { configs } = await loadCatalogue()
    return specFor(pick(configs, 'config', config), realParts, { seed: Number(seed), profile })
  }
  if (verb === 'machine' && kernel !== undefined) {
    const numbers = { memory: Number(memory), virtio: Number(virtio), harts: Number(harts) }
    return specOf({ ...files, kernel, ...numbers, profile })
  }
  throw new RecordingError(
    `expected one of 'machine', 'shell' or 'serve', got ${JSON.stringify(origin)}`,
  )
}
