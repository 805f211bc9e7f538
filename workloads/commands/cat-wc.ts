// commands/cat-wc: a file through a pipe.

import { command } from './command.ts'

export default command({
  name: 'cat-wc',
  about: 'a file through a pipe',
  line: 'cat README | wc',
  prints: /^\d+ \d+ \d+ \n?$/,
})
