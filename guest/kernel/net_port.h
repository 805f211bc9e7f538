// What the protocol code needs from the rest of the kernel; everything else in it is arithmetic on packets.
// All of it is called with interrupts off (net.h says who sees to that).
#pragma once

#include "print.h"
#include "../include/types.h"

struct packet;

void  *net_frame(void);             // a 4 KiB frame, or NULL
void   net_frame_return(void *frame);
uint64 net_now(void);               // in units of 1 / TIMEBASE_HZ seconds
void   net_wake(void *channel);     // those who sleep on it, and those in poll
void   net_transmit(struct packet *packet); // takes over the caller's reference; may drop
extern uint8 net_mac[6];            // of our card
