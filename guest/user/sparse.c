// sparse: backs one page in each 2 MiB of its memory until the kernel says no, and prints how many. So
// each page costs a table as well, and what mirroring needs besides backup frames shows.

#include "user.h"

#define SPAN     (1 << 21)
#define MOST     (120 << 9) // that the address space holds: 120 GiB
#define AT_ONCE  (1 << 30)

int
main(void)
{
  char *end = sbrk(0);
  int n = 0;
  for(; n < MOST; n++, end += SPAN){
    if(end + SPAN > sbrk(0) && sbrk_lazy(AT_ONCE) == (char *)-1)
      break;
    if(statistics((struct statistics *)end) < 0) // writes there, or fails without a frame
      break;
  }
  printf("sparse: %d pages, each in 2 MiB of its own\n", n);
  exit(0);
}
