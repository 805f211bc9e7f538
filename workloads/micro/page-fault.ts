// micro/page-fault: the first touch of a lazily grown page.

import { micro } from './micro.ts'

export default micro('page-fault', 'the first touch of a lazily grown page')
