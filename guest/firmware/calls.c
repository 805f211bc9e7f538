// The SBI calls: a7 names the extension, a6 the function, a0 to a5 are arguments; a0 gives back the
// error, a1 the value. Legacy calls give only a0.

#include "firmware.h"

#define SPEC_VERSION   (2UL << 24)     // 2.0
#define IMPLEMENTATION 0x6d626677UL    // "mbfw": not registered

#define SUCCESS           0
#define NOT_SUPPORTED     (-2)
#define INVALID_PARAM     (-3)
#define INVALID_ADDRESS   (-5)
#define ALREADY_AVAILABLE (-6)

#define BASE   0x10UL
#define TIME   0x54494d45UL
#define IPI    0x735049UL
#define RFENCE 0x52464e43UL
#define HSM    0x48534dUL
#define SRST   0x53525354UL
#define DBCN   0x4442434eUL

#define STOPPED       1 // a hart's state
#define RETENTIVE     0U
#define NON_RETENTIVE 0x80000000U

#define MISA_H (1UL << 7)

struct answer {
  int64 error, value;
};

static struct answer
error(int64 code)
{
  return (struct answer){ .error = code };
}

static struct answer
value(int64 v)
{
  return (struct answer){ .value = v };
}

static struct answer
base(uint64 function, uint64 extension)
{
  static const uint64 known[] = { BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN };
  switch(function){
  case 0: return value(SPEC_VERSION);
  case 1: return value(IMPLEMENTATION);
  case 2: return value(1);
  case 3:
    for(uint i = 0; i < sizeof known / sizeof known[0]; i++){
      if(known[i] == extension)
        return value(1);
    }
    return value(extension <= 8);
  case 4: return value(csr_read(mvendorid));
  case 5: return value(csr_read(marchid));
  case 6: return value(csr_read(mimpid));
  default: return error(NOT_SUPPORTED);
  }
}

static struct answer
ask_harts(uint64 mask, uint64 first, uint32 what)
{
  uint64 set;
  if(harts_named(mask, first, &set) < 0)
    return error(INVALID_PARAM);
  harts_ask(set, what);
  return error(SUCCESS);
}

static struct answer
remote_fence(uint64 function, uint64 mask, uint64 first)
{
  // fence.i; sfence.vma, and for an ASID; hfence.gvma for a VMID, and for all; hfence.vvma likewise
  static const uint8 asks[] = { ASK_FENCE_I, ASK_SFENCE, ASK_SFENCE, ASK_HFENCE_GVMA,
                                ASK_HFENCE_GVMA, ASK_HFENCE_VVMA, ASK_HFENCE_VVMA };
  if(function >= sizeof asks || (function > 2 && (csr_read(misa) & MISA_H) == 0))
    return error(NOT_SUPPORTED);
  return ask_harts(mask, first, asks[function]);
}

// Whether a stretch is RAM that the caller could reach itself: all of it lies above what is protected, and RAM,
// which has no holes, at least to its end.
static int
is_callers(uint64 at, uint64 bytes)
{
  if(bytes == 0)
    return 1;
  uint64 last = at + bytes - 1;
  return at >= VIRT_RAM + PROTECTED_BYTES && last >= at && probe_byte(last) == 0;
}

// Types of suspend from 0x10000000 on, and from 0x90000000 on, are a platform's own; this has none.
static struct answer
suspend(uint32 type, uint64 at, uint64 opaque)
{
  if(type != RETENTIVE && type != NON_RETENTIVE)
    return error((type & 0x7fffffff) < 0x10000000 ? INVALID_PARAM : NOT_SUPPORTED);
  if(type == NON_RETENTIVE && !is_callers(at, 1))
    return error(INVALID_ADDRESS);
  harts_rest();
  if(type == NON_RETENTIVE)
    harts_again(at, opaque);
  return error(SUCCESS);
}

static struct answer
hart_state(uint64 function, uint64 hart, uint64 at, uint64 opaque)
{
  int state = harts_state(hart);
  switch(function){
  case 0:
    if(state < 0)
      return error(INVALID_PARAM);
    if(state == STOPPED && !is_callers(at, 1))
      return error(INVALID_ADDRESS);
    return error(harts_start(hart, at, opaque) == 0 ? SUCCESS : ALREADY_AVAILABLE);
  case 1:
    harts_stop();
  case 2:
    return state < 0 ? error(INVALID_PARAM) : value(state);
  case 3:
    return suspend((uint32)hart, at, opaque);
  default:
    return error(NOT_SUPPORTED);
  }
}

static struct answer
system_reset(uint64 type, uint64 reason)
{
  if(type == 0)
    power_off(reason == 0 ? FINISHER_PASS : FINISHER_FAILED);
  if(type <= 2)
    power_off(FINISHER_RESET);
  return error(INVALID_PARAM);
}

// The address in a1 is physical; a2 holds what does not fit into it, which is nothing.
static struct answer
debug_console(uint64 function, uint64 a0, uint64 a1, uint64 a2)
{
  if(function <= 1 && (a2 != 0 || !is_callers(a1, a0)))
    return error(INVALID_PARAM);
  switch(function){
  case 0: // write a0 bytes at a1
    for(uint64 i = 0; i < a0; i++)
      console_put(((const char *)a1)[i]);
    return value(a0);
  case 1: { // read at most a0 bytes to a1
    uint64 n = 0;
    for(int c; n < a0 && (c = console_get()) >= 0; n++)
      ((char *)a1)[n] = c;
    return value(n);
  }
  case 2:
    console_put(a0 & 0xff);
    return error(SUCCESS);
  default:
    return error(NOT_SUPPORTED);
  }
}

static struct answer
extension(uint64 which, uint64 function, uint64 a0, uint64 a1, uint64 a2)
{
  switch(which){
  case BASE:
    return base(function, a0);
  case TIME:
    if(function != 0)
      return error(NOT_SUPPORTED);
    timer_set(a0);
    return error(SUCCESS);
  case IPI:
    return function == 0 ? ask_harts(a0, a1, ASK_SOFTWARE) : error(NOT_SUPPORTED);
  case RFENCE:
    return remote_fence(function, a0, a1);
  case HSM:
    return hart_state(function, a0, a1, a2);
  case SRST:
    return function == 0 ? system_reset(a0, a1) : error(NOT_SUPPORTED);
  case DBCN:
    return debug_console(function, a0, a1, a2);
  default:
    return error(NOT_SUPPORTED);
  }
}

// The harts that a legacy call means: its mask lies in the caller's memory. No mask, or one that cannot be
// read, means all.
static uint64
legacy_set(uint64 at)
{
  uint64 all, mask;
  harts_named(0, ~0UL, &all);
  return at == 0 || probe_caller(at, &mask) < 0 ? all : mask & all;
}

// Extensions 0 to 8, from before there was a BASE.
static int64
legacy(uint64 which, uint64 a0)
{
  switch(which){
  case 0: timer_set(a0); return 0;
  case 1: console_put(a0 & 0xff); return 0;
  case 2: return console_get();
  case 3: csr_clear(mip, IP_SSIP); return 0;
  case 4: harts_ask(legacy_set(a0), ASK_SOFTWARE); return 0;
  case 5: harts_ask(legacy_set(a0), ASK_FENCE_I); return 0;
  case 8: power_off(FINISHER_PASS);
  default: harts_ask(legacy_set(a0), ASK_SFENCE); return 0; // 6 and 7
  }
}

void
call(struct registers *registers)
{
  uint64 which = X(registers, 17);
  if(which <= 8){
    X(registers, 10) = legacy(which, X(registers, 10));
    return;
  }
  struct answer answer = extension(which, X(registers, 16), X(registers, 10), X(registers, 11),
                                   X(registers, 12));
  X(registers, 10) = answer.error;
  X(registers, 11) = answer.value;
}
