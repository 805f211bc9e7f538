// A million requests made by chance for httpd's own reading and answering; with FUZZ_SEED=random others each time.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestsSay } from './requests.ts'

test('a million requests made by chance keep httpd alive and within its files', async () => {
  const [seed = 0] = fc.sample(fc.integer({ min: 0, max: 0x7fff_ffff }), 1)
  expect(await requestsSay(seed, 1_000_000)).toMatch(
    /^requests: seed \d+, 10\d{5} requests, \d{5,6} files asked for: ok\n$/,
  )
})
