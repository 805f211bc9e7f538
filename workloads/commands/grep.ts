// commands/grep: lines of a file that match.

import { command } from './command.ts'

export default command({
  name: 'grep',
  about: 'lines of a file that match',
  line: 'grep the README',
  prints: /^(?:.*the.*\n)+$/,
})
