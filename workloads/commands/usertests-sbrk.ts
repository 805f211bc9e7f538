// commands/usertests-sbrk: a heap that grows to 4 MiB and shrinks.

import { command } from './command.ts'

export default command({
  name: 'usertests-sbrk',
  about: 'a heap that grows to 4 MiB and shrinks',
  claims: ['memv6-usertests'],
  line: 'usertests sbrk',
  prints: /^test sbrk: ok\nALL TESTS PASSED\n$/,
})
