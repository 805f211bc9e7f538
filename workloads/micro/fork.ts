// micro/fork: fork, exit and wait for the child.

import { micro } from './micro.ts'

export default micro('fork', 'fork, exit and wait for the child')
