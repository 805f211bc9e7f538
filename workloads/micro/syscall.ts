// micro/syscall: the cheapest system call, there and back.

import { micro } from './micro.ts'

export default micro('syscall', 'the cheapest system call, there and back')
