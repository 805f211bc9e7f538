// CRC-32 of 64 KiB, bit by bit: arithmetic on registers.

#include "perf.h"

#define BYTES 65536
#define ROUNDS 1200
#define POLYNOMIAL 0xedb88320u // IEEE 802.3, reflected

static __attribute__((aligned(4096))) uint8_t data[BYTES];

void
kernel(void)
{
  for(int round = 0; round < ROUNDS; round++){
    uint32_t crc = ~0u;
    for(int i = 0; i < BYTES; i++){
      crc ^= data[i];
      for(int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (POLYNOMIAL & -(crc & 1));
    }
    data[round % BYTES] = (uint8_t)crc;
    keep(crc);
  }
}
