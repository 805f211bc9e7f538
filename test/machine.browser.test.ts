// The pure machine in a headless Chromium: the same cycles, counts, console and state as in Node.

import { expect, it } from 'vitest'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { realParts } from '../harness/real-parts.ts'
import { CHROMIUM, hasChromium, inBrowser } from './browser.ts'
import { session } from './machine-session.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const CONFIGS = ['none', 'memv6']
const ENGINES = ['compiler', 'fast'] as const
const LINE = 'forktest'

it('a browser comes to the same end as Node, on both engines', async ({ skip }) => {
  if (!hasChromium) skip(`expected ${CHROMIUM}, got none. Try: apt-get install chromium`)
  const { configs } = await loadCatalogue()
  const sessions = await Promise.all(
    CONFIGS.flatMap((name) =>
      ENGINES.map(async (engine) => {
        const spec = await specFor(configs.get(name)!, realParts, { seed: 1, profile: 'flat' })
        return { spec: { ...spec, engine }, line: LINE }
      }),
    ),
  )
  const inNode = []
  for (const { spec, line } of sessions) inNode.push(await session(spec, line))
  for (const { stops, counters } of inNode) {
    expect(stops).toEqual(['text', 'text'])
    expect(counters.instructions).toBeGreaterThan(1_000_000)
  }
  expect(await inBrowser(sessions, HANGS_AFTER_MS)).toEqual(inNode)
})
