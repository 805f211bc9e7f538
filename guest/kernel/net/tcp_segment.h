// A segment that came in, its header read and checked.
#pragma once

#include "net/tcp.h"

#define TCP_CWND_MAX (256 * 1024)

struct segment {
  struct packet *packet;
  uint32 seq;
  uint32 ack;
  uint32 end;    // behind the last byte, SYN and FIN included
  uint32 window;
  uint   at;     // of the header in the packet
  uint   length; // from there
  uint8  flags;
};

// tcp_ack.c. -1 if the segment deserves no more: it acknowledges what was never sent, or ended the
// connection.
int  tcp_input_ack(struct tcp *tcp, struct segment *segment);
void tcp_wait_for_end(struct tcp *tcp);

// tcp_input.c
void tcp_challenge(struct tcp *tcp);

// tcp_cookie.c. Sequence numbers that remember a handshake; 0: it is none of ours, or too old.
uint32 tcp_cookie(struct tcp *tcp, uint32 remote_seq, uint16 mss);
uint16 tcp_cookie_mss(struct tcp *tcp, uint32 remote_seq, uint32 cookie);

// tcp_data.c. Takes over the segment's packet.
void tcp_input_data(struct tcp *tcp, struct segment *segment);
