// commands/forktest: fork until the process table is full.

import { command } from './command.ts'

export default command({
  name: 'forktest',
  about: 'fork until the process table is full',
  line: 'forktest',
  prints: /fork test OK/,
})
