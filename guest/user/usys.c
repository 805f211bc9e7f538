// The stubs of the system calls: number in a7, arguments where the caller put them, result in a0.
// The numbers come out of abi.h by name, so a stub cannot disagree with it.

#include "abi.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define STUB_(name, number, more) \
  __asm__(".pushsection .text." #name ", \"ax\"\n" \
          ".global " #name "\n" \
          ".type " #name ", @function\n" \
          #name ":\n" \
          "  li a7, " TEXT(number) "\n" \
          more \
          "  ecall\n" \
          "  ret\n" \
          ".popsection\n")
#define STUB(name) STUB_(name, SYS_##name, "")
// With a second argument that the function does not take.
#define STUB_WITH(name, second) STUB_(name, SYS_##name, "  li a1, " TEXT(second) "\n")

STUB(fork);
STUB(exit);
STUB(wait);
STUB(pipe);
STUB(read);
STUB(kill);
STUB(exec);
STUB(fstat);
STUB(chdir);
STUB(dup);
STUB(getpid);
STUB_WITH(sbrk, SBRK_EAGER);
STUB(sleep);
STUB(uptime);
STUB(open);
STUB(write);
STUB(mknod);
STUB(unlink);
STUB(link);
STUB(mkdir);
STUB(close);
STUB(tcp_listen);
STUB(tcp_accept);
STUB(set_nonblocking);
STUB(poll);
STUB(sbrk_lazy);
STUB(statistics);
STUB(power_off);
STUB(yield);
