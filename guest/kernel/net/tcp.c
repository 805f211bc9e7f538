// What a program does with a listener or a connection. None of it waits: net_socket.c does the
// waiting.
// Invariant: a connection that a program holds is never released before tcp_close.

#include "abi.h"
#include "net/net_port.h"
#include "net/net_wire.h"
#include "net/tcp.h"

// A listener on `port`, or NULL: taken, or no record left.
struct tcp *
tcp_listen(uint16 port, int backlog)
{
  struct tcp *tcp;

  if(port == 0 || tcp_find_listener(swap16(port)) || (tcp = tcp_new()) == NULL)
    return NULL;
  tcp->local_port = swap16(port);
  tcp->backlog = backlog < 1 ? 1 : backlog > TCP_BACKLOG_MAX ? TCP_BACKLOG_MAX : (uint16)backlog;
  tcp->holder = HELD_BY_PROGRAM;
  tcp->state = TCP_LISTEN;
  tcp_insert(tcp);
  return tcp;
}

// The next connection that waits, now the program's: one that has sent something, if there is one,
// so that silent clients do not hold up those that have asked. NULL if none waits.
struct tcp *
tcp_accept(struct tcp *listener)
{
  struct tcp *tcp = listener->accept_head;

  while(tcp && tcp->receive.head == NULL)
    tcp = tcp->accept_next;
  if(tcp == NULL)
    tcp = listener->accept_head;
  if(tcp == NULL)
    return NULL;
  tcp_leave_listener(tcp);
  tcp->listener = NULL;
  tcp->holder = HELD_BY_PROGRAM;
  return tcp;
}

static int
may_write(struct tcp *tcp)
{
  return tcp->state == TCP_ESTABLISHED || tcp->state == TCP_CLOSE_WAIT;
}

// Bytes that may wait or be unacknowledged now: of clients that take nothing, not even many can
// hold so many packets that none are left for another.
static uint32
send_limit(struct tcp *tcp)
{
  uint32 share = (uint32)packet_share() * tcp->mss;

  return share < tcp->send_limit ? share : tcp->send_limit;
}

static uint32
send_room(struct tcp *tcp)
{
  uint32 held = tcp->snd_end - tcp->snd_una, limit = send_limit(tcp);

  return held < limit ? limit - held : 0;
}

// True if a writer that waits should go on: half of the buffer is free, and there are packets.
int
tcp_has_room(struct tcp *tcp)
{
  return send_room(tcp) >= send_limit(tcp) / 2 && packet_for_sending();
}

// Where the next bytes to send go, and how many fit there; NULL: none now. tcp_written must follow.
// With *room = 0 the connection is over and none ever will.
void *
tcp_write_room(struct tcp *tcp, uint64 *room)
{
  struct packet *tail = tcp->send.tail;
  uint32 left;

  *room = 0;
  if(!may_write(tcp))
    return NULL;
  *room = left = send_room(tcp);
  if(left == 0){
    *room = 1;
    return NULL;
  }
  if(tcp->send_next == NULL || tail->sent_at != 0 || tail->length >= tcp->mss){
    tail = packet_for_sending() ? packet_new() : NULL;
    if(tail == NULL){
      *room = 1;
      return NULL;
    }
    tcp->filling = tail;
  }
  *room = left < (uint32)(tcp->mss - tail->length) ? left : (uint32)(tcp->mss - tail->length);
  return packet_at(tail, PACKET_PAYLOAD + tail->length);
}

// `n` bytes with this sum (checksum_copy's) lie where tcp_write_room said; 0: the copy failed.
void
tcp_written(struct tcp *tcp, uint n, uint16 sum)
{
  struct packet *packet = tcp->filling;

  if(packet && n == 0){
    packet_put(packet);
  } else if(packet){
    packet->seq = tcp->snd_end;
    queue_put(&tcp->send, packet);
    if(tcp->send_next == NULL)
      tcp->send_next = packet;
  }
  tcp->filling = NULL;
  if(n == 0)
    return;
  packet = tcp->send.tail;
  uint32 total = (uint32)packet->sum + (packet->length & 1 ? swap16(sum) : sum);
  packet->sum = (uint16)((total & 0xffff) + (total >> 16));
  packet->length = (uint16)(packet->length + n);
  tcp->snd_end += n;
}

// Sends what was written, as far as the windows let it.
void
tcp_push(struct tcp *tcp)
{
  tcp_output(tcp);
}

// Received bytes that lie together; NULL: none now.
void *
tcp_readable(struct tcp *tcp, uint64 *n)
{
  struct packet *head = tcp->receive.head;

  *n = head ? head->length : 0;
  return head ? packet_at(head, head->offset) : NULL;
}

// The program has taken the first `n` bytes. Requires: n <= what tcp_readable gave.
void
tcp_read(struct tcp *tcp, uint n)
{
  struct packet *head = tcp->receive.head;

  head->offset = (uint16)(head->offset + n);
  head->length = (uint16)(head->length - n);
  tcp->rcv_bytes -= n;
  if(head->length == 0){
    tcp->receive.head = head->next;
    packet_put(head);
  }
  // Tell a sender that may be waiting for it that the window is open again.
  uint32 opened = tcp->rcv_nxt + tcp_receive_window(tcp) - tcp->rcv_shown;
  if(!tcp->fin_received && opened >= TCP_RECEIVE_WINDOW / 2)
    tcp_acknowledge(tcp);
}

// 1 if no byte will come after those that tcp_readable gives, -1 if the connection broke, otherwise
// 0.
int
tcp_at_end(struct tcp *tcp)
{
  if(tcp->state == TCP_CLOSED)
    return tcp->fin_received ? 1 : -1;
  return tcp->fin_received;
}

// POLL* bits.
int
tcp_readiness(struct tcp *tcp)
{
  int ready = 0;

  if(tcp->state == TCP_LISTEN)
    return tcp->accept_head ? POLLIN : 0;
  if(tcp->state == TCP_CLOSED)
    return POLLIN | POLLOUT | POLLHUP;
  if(tcp->receive.head || tcp->fin_received)
    ready |= POLLIN;
  if(may_write(tcp) && tcp_has_room(tcp))
    ready |= POLLOUT;
  return ready;
}

static void
close_listener(struct tcp *listener)
{
  for(struct tcp *tcp = tcp_table; tcp < tcp_table + TCP_SOCKETS; tcp++){
    if(tcp->holder == HELD_BY_LISTENER && tcp->listener == listener){
      tcp_send_reset(tcp);
      tcp_end(tcp);
    }
  }
  tcp_remove(listener);
  tcp_release(listener);
}

// The program lets go. What it has written is still sent, then the end of the stream; what comes in
// meanwhile is acknowledged and thrown away, so that a client can read its answer to the end.
void
tcp_close(struct tcp *tcp)
{
  if(tcp->state == TCP_LISTEN){
    close_listener(tcp);
    return;
  }
  tcp->holder = NOT_HELD;
  if(tcp->state == TCP_CLOSED){
    tcp_release(tcp);
    return;
  }
  queue_drop_all(&tcp->receive);
  tcp->rcv_bytes = 0;
  tcp->fin_queued = 1;
  tcp->state = tcp->state == TCP_CLOSE_WAIT ? TCP_LAST_ACK : TCP_FIN_WAIT_1;
  tcp_output(tcp);
}
