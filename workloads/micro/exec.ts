// micro/exec: exec of a small program.

import { micro } from './micro.ts'

export default micro('exec', 'exec of a small program')
