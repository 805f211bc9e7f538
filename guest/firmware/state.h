// What C and assembly of the state must agree on.
#pragma once

#define SPP 0x100 // of sstatus
