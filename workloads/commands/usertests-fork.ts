// commands/usertests-fork: forks up to the limit of processes.

import { command } from './command.ts'

export default command({
  name: 'usertests-fork',
  about: 'forks up to the limit of processes',
  claims: ['memv6-usertests'],
  line: 'usertests fork',
  prints: /^test fork: ok\nALL TESTS PASSED\n$/,
})
