// httpd's own reading and answering, given requests made by chance: fields repeated and reordered, numbers at
// their edges, bytes that do not belong, in pieces of any size. requests.guest.test.ts has a million of them.

import { expect, test } from 'vitest'
import { requestsSay } from './requests.ts'

test('20,000 requests made by chance keep httpd alive and within its files', async () => {
  expect(await requestsSay(1, 20_000)).toMatch(
    /^requests: seed 1, 2\d{4} requests, \d+ files asked for: ok\n$/,
  )
})
