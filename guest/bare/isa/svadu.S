// Svadu: what sets A and D. menvcfg.ADUE 1: the hardware; 0: it faults until software has done so.

#include "paging.h"
#include "svadu.h"

START
  csrw medeleg, x0
  PREPARE
  li a1, TARGET
  li a0, 0x73

  // The hardware sets them: A by any access, D by a store.
  SET menvcfg, ADUE
  sfence.vma
  CASE
  CSR_IS menvcfg, ADUE, ADUE
  CASE
  MAP 0, frame, V|R|W|X
  ACCESS MPP_S, load, 0, 9
  FLAGS_ARE leaves, V|R|W|X|A
  ACCESS MPP_S, load, 0, 9
  FLAGS_ARE leaves, V|R|W|X|A
  CASE                    // a store after the load found its translation
  ACCESS MPP_S, store, 0, 9
  FLAGS_ARE leaves, V|R|W|X|A|D
  CASE
  MAP 0, frame, V|R|W|X
  ACCESS MPP_S, store, 0, 9
  FLAGS_ARE leaves, V|R|W|X|A|D
  CASE
  MAP 0, frame, V|R|W|X|U
  ACCESS 0, fetch, 1, 8
  FLAGS_ARE leaves, V|R|W|X|U|A
  CASE                    // not by an access that is refused
  MAP 0, frame, V|R|U
  ACCESS MPP_S, load, 0, 13
  FLAGS_ARE leaves, V|R|U
  ACCESS 0, store, 1, 15
  FLAGS_ARE leaves, V|R|U

  // The hardware faults.
  CLEAR menvcfg, ADUE
  sfence.vma
  CASE
  CSR_IS menvcfg, 0, ADUE
  CASE
  MAP 0, frame, V|R|W|X
  ACCESS MPP_S, load, 0, 13
  ACCESS MPP_S, store, 0, 15
  ACCESS MPP_S, fetch, 0, 12
  FLAGS_ARE leaves, V|R|W|X
  CASE
  MAP 0, frame, V|R|W|X|A
  ACCESS MPP_S, load, 0, 9
  ACCESS MPP_S, fetch, 0, 9
  ACCESS MPP_S, store, 0, 15
  FLAGS_ARE leaves, V|R|W|X|A
  CASE                    // D without A
  MAP 0, frame, V|R|W|X|D
  ACCESS MPP_S, store, 0, 15
  ACCESS MPP_S, load, 0, 13
  CASE
  MAP 0, frame, V|R|W|X|A|D
  ACCESS MPP_S, store, 0, 9
  FLAGS_ARE leaves, V|R|W|X|A|D

  FINISH

ROUTINES
TABLES
