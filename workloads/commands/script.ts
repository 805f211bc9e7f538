// commands/script: a shell script of several commands.

import { command } from './command.ts'

export default command({
  name: 'script',
  about: 'a shell script of several commands',
  before: ['(echo echo one; echo mkdir t; echo ls t; echo rm t; echo echo two) > s'],
  line: 'sh s',
  prints: /^one\n\. [^\n]*\n\.\. [^\n]*\ntwo\n$/,
})
