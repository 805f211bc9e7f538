// SYN cookies: a first sequence number that holds what a half-open connection would remember (RFC
// 4987 §3.6): when it was made, a segment size no larger than the one offered, and a hash that only
// we can compute.
// Invariant: a cookie is taken for PERIOD to two PERIODs after it was made, from the same addresses
// only.

#include "net/net_port.h"
#include "net/tcp_segment.h"

#define PERIOD     (8 * 1000 * MILLISECOND)
#define TIME_SHIFT 26 // six bits of time, two of size, 24 of hash
#define SIZE_SHIFT 24
#define HASH_MASK  0xffffffU

static const uint16 sizes[] = { TCP_SEGMENT_LEAST, 536, 1024, TCP_SEGMENT };

static uint32
make(struct tcp *tcp, uint32 remote_seq, uint size, uint64 period)
{
  uint64 more = (uint64)remote_seq << 32 | (period & 0x3fffffff) << 2 | size;
  uint64 hash = tcp_keyed_hash(tcp->remote_ip, tcp->remote_port, tcp->local_port, more);

  return (uint32)((period & 0x3f) << TIME_SHIFT | size << SIZE_SHIFT | (hash & HASH_MASK));
}

uint32
tcp_cookie(struct tcp *tcp, uint32 remote_seq, uint16 mss)
{
  uint size = sizeof sizes / sizeof *sizes - 1;

  while(size > 0 && sizes[size] > mss)
    size--;
  return make(tcp, remote_seq, size, net_now() / PERIOD);
}

uint16
tcp_cookie_mss(struct tcp *tcp, uint32 remote_seq, uint32 cookie)
{
  uint64 now = net_now() / PERIOD;
  uint size = cookie >> SIZE_SHIFT & 3;

  for(uint64 age = 0; age < 2 && age <= now; age++)
    if(make(tcp, remote_seq, size, now - age) == cookie)
      return sizes[size];
  return 0;
}
