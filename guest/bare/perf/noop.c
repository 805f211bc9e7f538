// Nothing: what starting and stopping take.

#include "perf.h"

void
kernel(void)
{
}
