// The integer types of guest code; no libc.
#pragma once

typedef unsigned char  uchar;
typedef unsigned short ushort;
typedef unsigned int   uint;
typedef unsigned char  uint8;
typedef unsigned short uint16;
typedef unsigned int   uint32;
typedef unsigned long  uint64;
typedef signed long    int64;
typedef uint64         pte_t;
typedef uint64        *pagetable_t; // 512 entries

#define NULL ((void *)0)
