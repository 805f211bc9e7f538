// micro/switch: a context switch between two processes.

import { micro } from './micro.ts'

export default micro('switch', 'a context switch between two processes')
