// What the protocol code needs from the rest of the kernel (virtio_net.c has it all); everything
// else in the protocols is arithmetic on packets.
#pragma once

#include "print.h"
#include "types.h"

struct packet;
struct tcp;

void  *net_frame(void);             // a 4 KiB frame, or NULL
void   net_frame_return(void *frame);
uint64 net_now(void);               // in units of 1 / TIMEBASE_HZ seconds
void   net_wake(struct tcp *tcp);   // the processes that wait for a change of it, and those in poll
void   net_transmit(struct packet *packet); // takes over the caller's reference
void   net_flush(void);             // ends each entry into the stack: tells the card what to send
extern uint8 net_mac[6];            // of our card
