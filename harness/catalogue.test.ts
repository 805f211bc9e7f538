// The catalogue: configs in an order in which each can be compared, and claims that workloads serve.

import { describe, expect, it } from 'vitest'
import { loadClaims } from '../results/claim.ts'
import { loadCatalogue } from './catalogue.ts'

describe('catalogue', () => {
  it('has each config after those it is compared with', async () => {
    const names = [...(await loadCatalogue()).configs.keys()]
    expect(names).toEqual(['none', 'memv6', 'visor-shadow', 'memvisor'])
  })

  it('gives memvisor the very kernel of none', async () => {
    const { configs } = await loadCatalogue()
    const kernel = await configs.get('none')!.kernel()
    expect((await configs.get('memvisor')!.initrd!()).sha256).toBe(kernel.sha256)
  })

  it('has workloads that name claims which there are, and which are judged on them', async () => {
    const claims = new Map((await loadClaims()).map((claim) => [claim.name, claim]))
    for (const { name, claims: served = [] } of (await loadCatalogue()).workloads.values()) {
      for (const claim of served) {
        expect([...claims.keys()], `the claim that ${name} serves`).toContain(claim)
        const points = claims.get(claim)!.judged?.points ?? [{ workload: name }]
        expect(points, `what ${claim} is judged on`).toContainEqual(
          expect.objectContaining({ workload: name }),
        )
      }
    }
  })

  it('has for every claim the workloads of its judged set, each naming it', async () => {
    const { workloads } = await loadCatalogue()
    for (const { name, judged } of await loadClaims()) {
      for (const { workload } of judged?.points ?? []) {
        expect(workloads.get(workload)?.claims, `${workload} for ${name}`).toContain(name)
      }
    }
  })
})
