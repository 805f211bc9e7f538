// commands/usertests-bigwrite: writes of every size to a file.

import { command } from './command.ts'

export default command({
  name: 'usertests-bigwrite',
  about: 'writes of every size to a file',
  claims: ['memv6-usertests'],
  line: 'usertests bigwrite',
  prints: /^test bigwrite: ok\nALL TESTS PASSED\n$/,
})
