// commands/cat-readme: a file to the console.

import { command } from './command.ts'

export default command({
  name: 'cat-readme',
  about: 'a file to the console',
  line: 'cat README',
  prints: /mirrorbench[\s\S]*\n$/,
})
