// serve: the guest's web server at a port of 127.0.0.1, for a browser.

import { Command } from 'commander'
import { openAttachment } from '../../harness/attachment.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { Computer, specFor } from '../../harness/computer.ts'
import { Conversation } from '../../harness/conversation.ts'
import { profileNamed } from '../../harness/profile.ts'
import { realParts } from '../../harness/real-parts.ts'
import { pick } from '../../registry/registry.ts'
import { HTTP_PORT, keepServer } from '../../workloads/web-files.ts'
import { PORTS, profileOption, wholeNumber } from '../options.ts'
import { outcomeOf } from '../session/outcome.ts'
import { openRecorder, RECORD_HELP } from '../session/recorder.ts'
import { tellRestarts } from '../session/restarts.ts'
import { host } from '../session/terminal.ts'
import { PURPOSE } from '../verbs.ts'
import { say } from '../voice.ts'

interface Options {
  readonly config: string
  readonly port: number
  readonly seed: number
  readonly profile: string
  readonly record?: string
}

const DEFAULT_PORT = 8080

export default new Command('serve')
  .helpGroup(PURPOSE.boot)
  .description("the guest's web server at 127.0.0.1")
  .option('--config <name>', 'what to boot', 'none')
  .option(
    '--port <p>',
    'port of 127.0.0.1; 0 takes a free one',
    wholeNumber(0, PORTS),
    DEFAULT_PORT,
  )
  .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
  .addOption(profileOption())
  .option('--record <file>', RECORD_HELP)
  .action(perform)

async function perform(options: Options): Promise<void> {
  const { config: name, port, seed, profile } = options
  const { hz } = profileNamed(profile)
  const { configs } = await loadCatalogue()
  const config = pick(configs, 'config', name)
  await using recorder = await openRecorder(options.record)
  const outside = openAttachment()
  try {
    const spec = await specFor(config, realParts, { seed, profile, pacer: outside.pacer })
    await using computer = new Computer(realParts, spec)
    const machine = await computer.atPrompt()
    await recorder.begin(machine)
    const opened = await outside.expose(machine, HTTP_PORT, port)
    const around = { probes: [], live: true, hz, check: async () => {} }
    await keepServer(new Conversation(machine, around))
    say(`http://127.0.0.1:${opened}/ (config ${name})`)
    tellRestarts(machine.console, (line) => say(`serve: ${line}`))
    process.exitCode = outcomeOf(await host(machine, outside))
    await recorder.keep(machine, { verb: 'serve', config: name, seed: String(seed), profile })
  } finally {
    await outside.close()
  }
}
