// Golden counts: what each config's boot and two commands take, to the cycle, with the images that they were
// taken with. Virtual time has no tolerance: a change is either a changed image or a defect, or meant; then
// `npm run golden:accept` takes the new counts, which are reviewed as part of the commit.

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Config } from '../configs/config.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { determinantsOf } from '../harness/cell.ts'
import { matrix } from '../harness/matrix.ts'
import { realParts } from '../harness/real-parts.ts'
import { Workbench } from '../harness/workbench.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const catalogue = await loadCatalogue()
const WORKLOADS = ['boot', 'commands/ls', 'micro/fork']
const PROFILES = ['flat', 'in-order', 'in-order-bimodal']
const HASH_SHOWN = 12

it('every config takes exactly the cycles that it took', async () => {
  const lines = [`disk ${shown(await realParts.disk())}`]
  for (const config of catalogue.configs.values()) lines.push(...(await counts(config)))
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden.txt')
})

const shown = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, HASH_SHOWN)

async function counts(config: Config): Promise<string[]> {
  const images = [await config.firmware(), await config.kernel(), await config.initrd?.()]
  const hashes = images.flatMap((image) =>
    image === undefined ? [] : [`${image.name} ${shown(image.bytes)}`],
  )
  const lines = [`${config.name} (${hashes.join(', ')})`]
  await using bench = new Workbench({
    run: 'golden',
    catalogue,
    parts: realParts,
    hostLimit: HANGS_AFTER_MS,
  })
  for (const [profile, plan] of plansOf(config)) {
    const { outcome, rows } = await bench.run(plan)
    expect(outcome).toMatchObject({ kind: 'done' })
    const first = (metric: string) =>
      rows.find((row) => row.metric === metric && row.iteration === 0)?.value
    lines.push(
      `  ${profile} ${plan.workload}: wall ${first('wall')}, busy ${first('busy')} cycles, ` +
        `${first('instructions')} instructions`,
    )
  }
  return lines
}

function plansOf(config: Config) {
  const workloads = WORKLOADS.map((name) => catalogue.workloads.get(name)!)
  const nothing = {
    version: '',
    images: {},
    disk: '',
    bootargs: '',
    config: determinantsOf(config),
  }
  return PROFILES.flatMap((profile) =>
    matrix(
      { configs: [config], workloads, seeds: [1], profile, backend: 'rv64' },
      () => nothing,
    ).map((plan) => [profile, plan] as const),
  )
}
