// commands/stressfs: five processes that write and read files at once.

import { command } from './command.ts'

export default command({
  name: 'stressfs',
  about: 'five processes that write and read files at once',
  claims: [],
  line: 'stressfs',
  prints: /^stressfs starting\n(?:write \d\n|read\n){10}$/,
})
