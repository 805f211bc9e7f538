// commands/usertests-mem: 8 MiB by malloc and free.

import { command } from './command.ts'

export default command({
  name: 'usertests-mem',
  about: '8 MiB by malloc and free',
  claims: ['memv6-usertests'],
  line: 'usertests mem',
  prints: /^test mem: ok\nALL TESTS PASSED\n$/,
})
