// poweroff [CODE]: ends the machine; the code is what the machine's owner sees.

#include "user.h"

int
main(int argc, char **argv)
{
  power_off(argc > 1 ? atoi(argv[1]) : 0);
}
