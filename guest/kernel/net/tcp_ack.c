// What a segment's ACK and window do to the sending side (RFC 9293 §3.10.7.4, RFC 5681, RFC 6582).
// Invariant: `send` starts with the packet that holds snd_una, or is empty.

#include "net/net_port.h"
#include "net/tcp_segment.h"

#define DUPLICATES_FOR_LOSS 3
#define FIN_WAIT_2_TIME     (5 * 1000 * MILLISECOND)
#define TIME_WAIT_TIME      (1 * 1000 * MILLISECOND)

// Both ends are closed: only stray segments may still come.
void
tcp_wait_for_end(struct tcp *tcp)
{
  tcp->state = TCP_TIME_WAIT;
  tcp->end_at = net_now() + TIME_WAIT_TIME;
  tcp->retransmit_at = 0;
}

// Our FIN was acknowledged. Returns -1 if that ended the connection.
static int
fin_acknowledged(struct tcp *tcp)
{
  if(tcp->state == TCP_FIN_WAIT_1){
    tcp->state = TCP_FIN_WAIT_2;
    tcp->end_at = net_now() + FIN_WAIT_2_TIME;
  } else if(tcp->state == TCP_CLOSING){
    tcp_wait_for_end(tcp);
  } else if(tcp->state == TCP_LAST_ACK){
    tcp_end(tcp);
    return -1;
  }
  return 0;
}

static void
grow_window(struct tcp *tcp, uint32 bytes)
{
  if(tcp->cwnd < tcp->ssthresh)
    tcp->cwnd += bytes < 2U * tcp->mss ? bytes : 2U * tcp->mss;
  else
    tcp->cwnd += (uint32)tcp->mss * tcp->mss / tcp->cwnd + 1;
  if(tcp->cwnd > TCP_CWND_MAX)
    tcp->cwnd = TCP_CWND_MAX;
}

// Lets go of what is acknowledged up to `ack`, and measures the round trip unless one of it was
// sent twice.
static void
drop_acknowledged(struct tcp *tcp, uint32 ack)
{
  struct packet *packet;
  uint64 sent_at = 0;
  int resent = 0;

  while((packet = tcp->send.head) != NULL && SEQ_LE(packet->seq + packet->length, ack)){
    if(packet == tcp->send_next)
      tcp->send_next = packet->next;
    tcp->send.head = packet->next;
    sent_at = packet->sent_at;
    resent |= packet->flags & PACKET_RESENT;
    packet_put(packet);
  }
  if(sent_at && !resent)
    tcp_measured(tcp, net_now() - sent_at);
}

// `ack` acknowledges something new. Returns -1 if the connection is over.
static int
advance_acknowledged(struct tcp *tcp, uint32 ack)
{
  uint32 bytes = ack - tcp->snd_una;
  int had_room = tcp_has_room(tcp);

  drop_acknowledged(tcp, ack);
  tcp->snd_una = ack;
  if(SEQ_LT(tcp->snd_nxt, ack))
    tcp->snd_nxt = ack;
  tcp->retries = 0;
  tcp->duplicates = 0;
  if(tcp->fast_recovery && SEQ_LT(ack, tcp->recover)){
    tcp->cwnd = tcp->cwnd > bytes ? tcp->cwnd - bytes + tcp->mss : tcp->mss;
    tcp_retransmit_first(tcp);
  } else if(tcp->fast_recovery){
    tcp->fast_recovery = 0;
    tcp->cwnd = tcp->ssthresh;
  } else {
    grow_window(tcp, bytes);
  }
  tcp_arm(tcp);
  if(!had_room && tcp_has_room(tcp))
    net_wake(tcp);
  if(tcp->fin_queued && ack == tcp->snd_end + 1)
    return fin_acknowledged(tcp);
  return 0;
}

static void
duplicate_acknowledged(struct tcp *tcp)
{
  uint32 flight = tcp->snd_max - tcp->snd_una;

  tcp->duplicates++;
  if(tcp->fast_recovery){
    tcp->cwnd += tcp->cwnd < TCP_CWND_MAX ? tcp->mss : 0;
  } else if(tcp->duplicates == DUPLICATES_FOR_LOSS && SEQ_LE(tcp->recover, tcp->snd_una)){
    tcp->ssthresh = flight / 2 > 2U * tcp->mss ? flight / 2 : 2U * tcp->mss;
    tcp->cwnd = tcp->ssthresh + DUPLICATES_FOR_LOSS * tcp->mss;
    tcp->recover = tcp->snd_max;
    tcp->fast_recovery = 1;
    tcp_retransmit_first(tcp);
  }
}

int
tcp_input_ack(struct tcp *tcp, struct segment *segment)
{
  uint32 ack = segment->ack;

  if(SEQ_LT(tcp->snd_max, ack)){
    tcp_challenge(tcp);
    return -1;
  }
  if(SEQ_LT(tcp->snd_una, ack)){
    if(advance_acknowledged(tcp, ack) < 0)
      return -1;
  } else if(ack == tcp->snd_una && segment->end == segment->seq && tcp->snd_max != tcp->snd_una &&
            segment->window == tcp->snd_wnd){
    duplicate_acknowledged(tcp);
  }
  if(SEQ_LT(tcp->snd_wl1, segment->seq) ||
     (tcp->snd_wl1 == segment->seq && SEQ_LE(tcp->snd_wl2, ack))){
    // A shut window that is acknowledged is no failure, while a program or a listener holds the connection.
    if(segment->window == 0 && tcp->holder != NOT_HELD)
      tcp->retries = 0;
    // Probes were thrown away: start again with them, not with what follows.
    if(segment->window > 0 && tcp->snd_wnd == 0){
      tcp->send_next = tcp->send.head;
      tcp->snd_nxt = tcp->snd_una;
    }
    tcp->snd_wnd = segment->window;
    tcp->snd_wl1 = segment->seq;
    tcp->snd_wl2 = ack;
  }
  return 0;
}
