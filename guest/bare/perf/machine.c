// Kernels run in M-mode, where they start.

#include "perf.h"

void
enter(void)
{
}
