// commands/rm: the last name of a file.

import { command } from './command.ts'

export default command({
  name: 'rm',
  about: 'the last name of a file',
  before: ['echo soon gone > f'],
  line: 'rm f',
  prints: /^$/,
  after: [['cat f', /cannot open f/]],
})
