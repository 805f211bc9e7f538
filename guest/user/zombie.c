// zombie: leaves a child that ended before its parent, for init to bury.

#include "user.h"

int
main(void)
{
  if(fork() > 0)
    sleep(5);
  exit(0);
}
