// TCP's time: round trips, retransmission, delayed acknowledgements, and the end of what waits too
// long.
// Invariant: a connection with anything unacknowledged or unsent has its retransmission timer on.

#include "net/net_port.h"
#include "net/tcp.h"

#define RTO_LEAST      (200 * MILLISECOND)
#define RTO_MOST       (16 * 1000 * MILLISECOND)
#define RETRIES_MAX    8
#define HANDSHAKE_RETRIES 4

// A measured round trip (RFC 6298 §2).
void
tcp_measured(struct tcp *tcp, uint64 round_trip)
{
  uint64 off;

  if(tcp->srtt == 0){
    tcp->srtt = round_trip + 1;
    tcp->rttvar = round_trip / 2;
  } else {
    off = tcp->srtt > round_trip ? tcp->srtt - round_trip : round_trip - tcp->srtt;
    tcp->rttvar = (3 * tcp->rttvar + off) / 4;
    tcp->srtt = (7 * tcp->srtt + round_trip) / 8;
  }
  tcp->rto = tcp->srtt + 4 * tcp->rttvar;
  if(tcp->rto < RTO_LEAST)
    tcp->rto = RTO_LEAST;
  if(tcp->rto > RTO_MOST)
    tcp->rto = RTO_MOST;
}

// Starts the retransmission timer afresh, or stops it if there is nothing to wait for.
void
tcp_arm(struct tcp *tcp)
{
  int waits = tcp->snd_una != tcp->snd_end + tcp->fin_queued;

  tcp->retransmit_at = waits ? net_now() + tcp->rto : 0;
}

static void
time_out(struct tcp *tcp)
{
  uint32 flight = tcp->snd_max - tcp->snd_una;

  tcp->retries++;
  if(tcp->retries > (tcp->state == TCP_SYN_RECEIVED ? HANDSHAKE_RETRIES : RETRIES_MAX)){
    tcp_send_reset(tcp);
    tcp_end(tcp);
    return;
  }
  tcp->rto = 2 * tcp->rto < RTO_MOST ? 2 * tcp->rto : RTO_MOST;
  if(tcp->state == TCP_SYN_RECEIVED){
    tcp_send_syn_ack(tcp);
  } else {
    if(tcp->retries == 1)
      tcp->ssthresh = flight / 2 > 2U * tcp->mss ? flight / 2 : 2U * tcp->mss;
    tcp->cwnd = tcp->mss;
    tcp->fast_recovery = 0;
    tcp->duplicates = 0;
    tcp->recover = tcp->snd_max;
    tcp_restart(tcp);
  }
  tcp_arm(tcp);
}

static void
look_at(struct tcp *tcp, uint64 now, int wake)
{
  if(tcp->end_at && tcp->end_at <= now){
    tcp_end(tcp);
    return;
  }
  if(tcp->ack_at && tcp->ack_at <= now)
    tcp_acknowledge(tcp);
  if(tcp->retransmit_at && tcp->retransmit_at <= now)
    time_out(tcp);
  if(wake && tcp->holder == HELD_BY_PROGRAM)
    net_wake(tcp);
}

// Does what has become due; called at each tick.
void
tcp_tick(void)
{
  static int was_scarce;
  int scarce = !packet_for_sending(), wake = was_scarce && !scarce;
  uint64 now = net_now();

  was_scarce = scarce;
  for(struct tcp *tcp = tcp_table; tcp < tcp_table + TCP_SOCKETS; tcp++)
    if(tcp->state != TCP_UNUSED && tcp->state != TCP_CLOSED && tcp->state != TCP_LISTEN)
      look_at(tcp, now, wake);
}
