// trace: what a guest does instruction by instruction while it carries out a line: JSON for a trace viewer,
// and an exact profile by function.

import { Command } from 'commander'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { chromeTrace } from '../../harness/chrome-trace.ts'
import { Computer, specFor } from '../../harness/computer.ts'
import { profileNamed, usualProfile } from '../../harness/profile.ts'
import { realParts } from '../../harness/real-parts.ts'
import { type Recorded, record } from '../../harness/trace.ts'
import { pick } from '../../registry/registry.ts'
import { printableJson } from '../../results/printable.ts'
import { profileOption, wholeNumber } from '../options.ts'
import { openOutput } from '../output-file.ts'
import { table } from '../table.ts'
import { PURPOSE } from '../verbs.ts'
import { say } from '../voice.ts'

interface Options {
  readonly config: string
  readonly line: readonly string[]
  readonly seed: number
  readonly profile: string
  readonly out?: string
  readonly top: number
}

const DEFAULT_LINES: readonly string[] = ['ls']
const NUMBERS = ['cycles', 'share', 'instructions']

export default new Command('trace')
  .helpGroup(PURPOSE.look)
  .description('records a command exactly: Chrome trace JSON, and cycles by function')
  .option('--config <name>', 'what to boot', 'none')
  .option('--line <text>', 'what to type at the prompt; may be repeated', another, DEFAULT_LINES)
  .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
  .addOption(profileOption(usualProfile('rv64')))
  .option('--out <file>', 'JSON goes there, and a table of functions to stdout')
  .option('--top <n>', 'functions in the table', wholeNumber(1), 25)
  .action(perform)

/** The first one takes the place of the default. */
function another(text: string, before: readonly string[]): readonly string[] {
  return before === DEFAULT_LINES ? [text] : [...before, text]
}

async function perform({ config: name, line, seed, profile, out, top }: Options): Promise<void> {
  const { hz } = profileNamed(profile)
  await using file = out === undefined ? undefined : await openOutput(out)
  const { configs } = await loadCatalogue()
  const config = pick(configs, 'config', name)
  const spec = await specFor(config, realParts, { seed, profile })
  await using computer = new Computer(realParts, spec)
  const recorded = await record(await computer.atPrompt(), config, line, hz)
  const about = { config: name, lines: line.join('; '), profile, seed: String(seed) }
  const json = `${printableJson(chromeTrace(recorded, hz, about))}\n`
  if (out === undefined || file === undefined) {
    process.stdout.write(json)
    return
  }
  await file.write(json)
  process.stdout.write(shown(recorded, top))
  say(`trace: ${out} (open it in https://ui.perfetto.dev or chrome://tracing)`)
}

function shown({ trace: { from, to, traps, spans }, profile }: Recorded, top: number): string {
  const busy = profile.reduce((sum, { cycles }) => sum + cycles, 0)
  const rows = profile.slice(0, top).map((share) => {
    const part = `${((100 * share.cycles) / busy).toFixed(1)} %`
    const where = share.space === undefined ? share.privilege : `${share.privilege} ${share.space}`
    return [where, share.function, String(share.cycles), part, String(share.instructions)]
  })
  const waited = to - from - busy
  return (
    table(['where', 'function', ...NUMBERS], rows, NUMBERS) +
    `${busy} busy cycles, ${waited} of waiting, ${traps.length} traps, ${spans.length} spans\n`
  )
}
