// commands/echo-file: a new file by redirection.

import { command } from './command.ts'

export default command({
  name: 'echo-file',
  about: 'a new file by redirection',
  line: 'echo hello mirror > f',
  prints: /^$/,
  after: [['cat f', /^hello mirror\n$/]],
})
