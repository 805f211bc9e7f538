// What a debug kernel adds to abi.h (kernel/memory/frames_debug.c): its programs can have memory run out at a
// given moment. Other kernels know no such call.
#pragma once

// long withhold(long k): the caller's k-th frame from now on, original or backup, is refused, as if
// there were none left; 0: none is. Gives how many it has asked for since its last such call.
#define SYS_withhold 4096
