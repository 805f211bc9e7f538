// readme: redraws README's table and charts from the promoted run; a run that it is given is promoted
// first, in place of the one before.

import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { redrawReadme } from '../../charts/readme.ts'
import { promote, wholeRun } from '../../results/baseline.ts'
import { execute, program } from '../program.ts'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const baselines = join(project, 'results', 'baselines')
/** The run that README shows. */
const SHOWN = 'first-light'

await execute(
  program('npm run -s readme --')
    .description("redraws README's table and charts from the promoted run")
    .argument(
      '[run]',
      'the directory of a whole run that is promoted first, in place of the one before',
    )
    .action(redraw),
)

async function redraw(directory: string | undefined): Promise<void> {
  if (directory !== undefined) {
    await wholeRun(resolve(directory))
    await rm(join(baselines, SHOWN), { recursive: true, force: true })
    await promote(resolve(directory), baselines, SHOWN)
  }
  const { files } = await redrawReadme(project, join(baselines, SHOWN))
  process.stdout.write(files.map((file) => `${file}\n`).join(''))
}
