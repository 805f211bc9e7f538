// commands/ln: a second name for a file.

import { command } from './command.ts'

export default command({
  name: 'ln',
  about: 'a second name for a file',
  line: 'ln README again',
  prints: /^$/,
  after: [['ls again', /^again\b/m]],
})
