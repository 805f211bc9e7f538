// The plan of a run: its manifest keeps what its cells' keys are made of, so that two runs can be compared.

import { expect, test } from 'vitest'
import memv6 from '../configs/memv6.ts'
import none from '../configs/none.ts'
import noop from '../workloads/noop.ts'
import { planRun } from './run.ts'

test('the manifest keeps the disk, the images and every other field that is in the keys', async () => {
  const { manifest } = await planRun({
    ...{ run: 'planned', suite: 'quick', seeds: [1], profile: 'flat', backend: 'rv64' },
    ...{ configs: [none, memv6], workloads: [noop], command: [], packageVersion: '0' },
  })
  expect(manifest.disk).toMatch(/^[0-9a-f]{64}$/)
  expect(manifest.versions.emulator).toMatch(/^[0-9a-f]{16}$/)
  const [first, second] = manifest.configs
  expect(first?.images.kernel).not.toBe(second?.images.kernel)
  expect(first?.fields).toEqual({
    banks: JSON.stringify(none.banks),
    invariants: JSON.stringify(none.invariants),
  })
  expect(first?.fields?.banks).not.toBe(second?.fields?.banks)
})
