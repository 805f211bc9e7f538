// commands/ls: the root directory.

import { command } from './command.ts'

export default command({
  name: 'ls',
  about: 'the root directory',
  line: 'ls',
  prints: /^README\b.*$/m,
})
