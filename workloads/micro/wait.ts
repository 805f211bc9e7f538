// micro/wait: waiting for a child that has already ended.

import { micro } from './micro.ts'

export default micro('wait', 'waiting for a child that has already ended')
