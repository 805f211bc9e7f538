// micro/pipe: one byte there and back through two pipes.

import { micro } from './micro.ts'

export default micro('pipe', 'one byte there and back through two pipes')
