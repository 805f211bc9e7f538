// commands/mkdir: a new directory.

import { command } from './command.ts'

export default command({
  name: 'mkdir',
  about: 'a new directory',
  line: 'mkdir d',
  prints: /^$/,
  after: [['ls d', /^\. /m]],
})
