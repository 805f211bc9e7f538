// npm run readme [-- RUN]: redraws README's table and charts from the promoted run; with RUN, that
// run is promoted first in its place.

import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { redrawReadme } from '../../charts/readme.ts'
import { promote, wholeRun } from '../../results/baseline.ts'
import { say } from '../voice.ts'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const baselines = join(project, 'results', 'baselines')
/** The run that README shows. */
const SHOWN = 'first-light'

const [directory] = process.argv.slice(2)
try {
  if (directory !== undefined) {
    await wholeRun(resolve(directory))
    await rm(join(baselines, SHOWN), { recursive: true, force: true })
    await promote(resolve(directory), baselines, SHOWN)
  }
  const { files } = await redrawReadme(project, join(baselines, SHOWN))
  process.stdout.write(files.map((file) => `${file}\n`).join(''))
} catch (error) {
  say(`readme: ${(error as Error).message}`)
  process.exitCode = 2
}
