// Tests make machines by the thousand and drop them. V8 collects all garbage at about every one, for the sake of
// its memory, of which hardly a page was ever touched; told so, only when together they near the limit of the
// heap. A V8 that does not know the flag says so and goes on.

import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--external-memory-accounted-in-global-limit')
