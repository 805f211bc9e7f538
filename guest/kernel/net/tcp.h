// TCP, passive open (RFC 9293), with slow start, congestion avoidance, fast retransmit and recovery
// (RFC 5681, 6582), retransmission time-out by measured round trips (RFC 6298), and the checks
// against blind attacks of RFC 5961. No window scaling, no timestamps, no selective
// acknowledgements.
#pragma once

#include "net/net_packet.h"
#include "virt.h"

#define TCP_SOCKETS       128            // connections and listeners
#define TCP_SEGMENT       1456           // 1460, down to a multiple of 8: copies stay aligned
#define TCP_SEGMENT_LEAST 64             // of the other end's wishes
#define TCP_SEND_SEGMENTS 92             // that wait or are unacknowledged, per connection
#define TCP_RECEIVE_WINDOW 16384
#define TCP_BACKLOG_MAX   64             // established and not accepted yet, per listener
#define TCP_HALF_OPEN_MAX 32             // handshakes under way, per listener; more get cookies

#define MILLISECOND (TIMEBASE_HZ / 1000)

enum tcp_state {
  TCP_UNUSED,
  TCP_LISTEN,
  TCP_SYN_RECEIVED,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT_1,
  TCP_FIN_WAIT_2,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_LAST_ACK,
  TCP_TIME_WAIT,
  TCP_CLOSED, // over, but the program has not closed it yet
};

// What holds the record. It is unused as soon as it is TCP_CLOSED and without a holder.
enum tcp_holder {
  NOT_HELD,         // the program has closed it; the protocol ends it
  HELD_BY_LISTENER, // handshake, or waiting in the accept queue
  HELD_BY_PROGRAM,
};

struct queue {
  struct packet *head;
  struct packet *tail;
};

struct tcp {
  struct tcp *chain; // of the hash bucket, or of listeners
  uint8  state;
  uint8  holder;
  uint8  remote_mac[6];
  uint16 sleepers;          // processes that wait for a change (net_socket.c)
  uint32 remote_ip;
  uint16 remote_port;
  uint16 local_port;

  struct tcp *listener;     // HELD_BY_LISTENER: whose
  struct tcp *accept_head;  // of a listener: established, in order of arrival
  struct tcp *accept_tail;
  struct tcp *accept_next;
  uint16 backlog;
  uint16 half_open;         // of a listener: handshakes that it holds
  uint16 queued;            // of a listener: in the accept queue
  uint64 cookie_at;         // of a listener: when it last answered with a cookie; 0: never

  uint32 snd_una;
  uint32 snd_nxt;           // next to send; steps back after a time-out
  uint32 snd_max;           // highest that was ever sent
  uint32 snd_wnd;
  uint32 snd_wl1;
  uint32 snd_wl2;
  uint32 snd_end;           // behind the last byte queued
  uint16 mss;
  uint32 send_limit;        // bytes that may wait or be unacknowledged, if packets are plenty
  uint8  fin_queued;        // our FIN follows snd_end
  uint8  fast_recovery;
  struct queue send;        // from snd_una on, in order, no gaps
  struct packet *send_next; // the packet at snd_nxt, or NULL
  struct packet *filling;   // being written by the program, not yet queued

  uint32 cwnd;
  uint32 ssthresh;
  uint32 recover;
  uint32 duplicates;
  uint64 srtt;              // 0: not measured yet
  uint64 rttvar;
  uint64 rto;
  uint32 retries;

  uint32 rcv_nxt;
  uint32 rcv_shown;         // right edge of the window that we announced
  uint32 rcv_bytes;         // in `receive`
  struct queue receive;     // in order, ready to be read
  struct packet *early;     // out of order, sorted by seq
  uint16 early_count;
  uint8  unacknowledged;    // segments with data since our last ACK
  uint8  ack_now;
  uint64 challenged_at;     // when we last acknowledged a segment that should not have come
  uint8  fin_received;

  uint64 retransmit_at;     // retransmission, or window probe; 0: off
  uint64 ack_at;            // delayed ACK; 0: off
  uint64 end_at;            // SYN_RECEIVED, FIN_WAIT_2, TIME_WAIT end here; 0: off
};

// Sequence numbers compare modulo 2^32.
#define SEQ_LT(a, b) ((int)((uint32)(a) - (uint32)(b)) < 0)
#define SEQ_LE(a, b) ((int)((uint32)(a) - (uint32)(b)) <= 0)

// tcp.c: the table, and what a program does with a connection.
struct tcp *tcp_listen(uint16 port, int backlog);
struct tcp *tcp_accept(struct tcp *listener);
void  *tcp_write_room(struct tcp *tcp, uint64 *room);
void   tcp_written(struct tcp *tcp, uint n, uint16 sum);
void   tcp_push(struct tcp *tcp);
void  *tcp_readable(struct tcp *tcp, uint64 *n);
void   tcp_read(struct tcp *tcp, uint n);
int    tcp_at_end(struct tcp *tcp);
int    tcp_readiness(struct tcp *tcp);
int    tcp_has_room(struct tcp *tcp);
void   tcp_close(struct tcp *tcp);

// tcp_table.c
extern struct tcp tcp_table[TCP_SOCKETS];
struct tcp *tcp_find(uint32 ip, uint16 remote_port, uint16 local_port);
struct tcp *tcp_find_listener(uint16 local_port);
struct tcp *tcp_new(void);
void   tcp_insert(struct tcp *tcp);
void   tcp_remove(struct tcp *tcp);
void   tcp_release(struct tcp *tcp);
void   tcp_end(struct tcp *tcp);
void   tcp_leave_listener(struct tcp *tcp);
int    tcp_drop_silent(struct tcp *listener);
uint32 tcp_first_seq(struct tcp *tcp);
uint64 tcp_keyed_hash(uint32 ip, uint16 remote_port, uint16 local_port, uint64 more);
void   queue_put(struct queue *queue, struct packet *packet);
void   queue_drop_all(struct queue *queue);

// tcp_input.c
void tcp_receive(struct packet *packet, uint at, uint length);

// tcp_output.c
void tcp_output(struct tcp *tcp);
void tcp_acknowledge(struct tcp *tcp);
void tcp_send_syn_ack(struct tcp *tcp);
void tcp_send_reset(struct tcp *tcp);
void tcp_answer_reset(struct packet *packet, uint at, uint length);
void tcp_retransmit_first(struct tcp *tcp);
void tcp_restart(struct tcp *tcp);
uint32 tcp_receive_window(struct tcp *tcp);

// tcp_timer.c
void tcp_tick(void);
void tcp_measured(struct tcp *tcp, uint64 round_trip);
void tcp_arm(struct tcp *tcp);
