// The SBI calls: a7 names the extension, a6 the function, a0 to a5 are arguments; a0 gives back the
// error, a1 the value. Legacy calls give only a0.

#include "firmware.h"
#include "sbi_numbers.h"

#define IMPLEMENTATION 0x6d626677UL    // "mbfw": not registered

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
  static const uint64 known[] = { SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE,
                                  SBI_HSM, SBI_SRST, SBI_DBCN };
  switch(function){
  case SBI_BASE_SPECIFICATION: return value(SBI_SPECIFICATION_2_0);
  case SBI_BASE_IMPLEMENTATION: return value(IMPLEMENTATION);
  case SBI_BASE_IMPLEMENTATION_VERSION: return value(1);
  case SBI_BASE_HAS_EXTENSION:
    for(uint i = 0; i < sizeof known / sizeof known[0]; i++){
      if(known[i] == extension)
        return value(1);
    }
    return value(extension <= SBI_LEGACY_SHUTDOWN);
  case SBI_BASE_MVENDORID: return value(csr_read(mvendorid));
  case SBI_BASE_MARCHID: return value(csr_read(marchid));
  case SBI_BASE_MIMPID: return value(csr_read(mimpid));
  default: return error(SBI_ERR_NOT_SUPPORTED);
  }
}

static struct answer
ask_harts(uint64 mask, uint64 first, uint32 what)
{
  uint64 set;
  if(harts_named(mask, first, &set) < 0)
    return error(SBI_ERR_INVALID_PARAM);
  harts_ask(set, what);
  return error(SBI_SUCCESS);
}

static struct answer
remote_fence(uint64 function, uint64 mask, uint64 first)
{
  static const uint8 asks[] = {
    [SBI_RFENCE_FENCE_I] = ASK_FENCE_I,
    [SBI_RFENCE_SFENCE] = ASK_SFENCE,
    [SBI_RFENCE_SFENCE_ASID] = ASK_SFENCE,
    [SBI_RFENCE_HFENCE_GVMA_VMID] = ASK_HFENCE_GVMA,
    [SBI_RFENCE_HFENCE_GVMA] = ASK_HFENCE_GVMA,
    [SBI_RFENCE_HFENCE_VVMA_ASID] = ASK_HFENCE_VVMA,
    [SBI_RFENCE_HFENCE_VVMA] = ASK_HFENCE_VVMA,
  };
  if(function >= sizeof asks ||
     (function > SBI_RFENCE_SFENCE_ASID && (csr_read(misa) & MISA_H) == 0))
    return error(SBI_ERR_NOT_SUPPORTED);
  return ask_harts(mask, first, asks[function]);
}

// Whether a range is RAM that the caller could reach itself: all of it lies above what is protected, and RAM,
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
  if(type != SBI_SUSPEND_RETENTIVE && type != SBI_SUSPEND_NON_RETENTIVE)
    return error((type & 0x7fffffff) < 0x10000000 ? SBI_ERR_INVALID_PARAM : SBI_ERR_NOT_SUPPORTED);
  if(type == SBI_SUSPEND_NON_RETENTIVE && !is_callers(at, 1))
    return error(SBI_ERR_INVALID_ADDRESS);
  harts_rest();
  if(type == SBI_SUSPEND_NON_RETENTIVE)
    harts_again(at, opaque);
  return error(SBI_SUCCESS);
}

static struct answer
hart_state(uint64 function, uint64 hart, uint64 at, uint64 opaque)
{
  int state = harts_state(hart);
  switch(function){
  case SBI_HSM_START:
    if(state < 0)
      return error(SBI_ERR_INVALID_PARAM);
    if(state == SBI_HART_STOPPED && !is_callers(at, 1))
      return error(SBI_ERR_INVALID_ADDRESS);
    return error(harts_start(hart, at, opaque) == 0 ? SBI_SUCCESS : SBI_ERR_ALREADY_AVAILABLE);
  case SBI_HSM_STOP:
    harts_stop();
  case SBI_HSM_STATUS:
    return state < 0 ? error(SBI_ERR_INVALID_PARAM) : value(state);
  case SBI_HSM_SUSPEND:
    return suspend((uint32)hart, at, opaque);
  default:
    return error(SBI_ERR_NOT_SUPPORTED);
  }
}

static struct answer
system_reset(uint64 type, uint64 reason)
{
  if(type == SBI_SRST_SHUTDOWN)
    power_off(reason == SBI_SRST_NO_REASON ? FINISHER_PASS : FINISHER_FAILED);
  if(type <= SBI_SRST_WARM_REBOOT)
    power_off(FINISHER_RESET);
  return error(SBI_ERR_INVALID_PARAM);
}

// The address in a1 is physical; a2 holds what does not fit into it, which is nothing.
static struct answer
debug_console(uint64 function, uint64 a0, uint64 a1, uint64 a2)
{
  if(function <= SBI_DBCN_READ && (a2 != 0 || !is_callers(a1, a0)))
    return error(SBI_ERR_INVALID_PARAM);
  switch(function){
  case SBI_DBCN_WRITE: // a0 bytes at a1
    for(uint64 i = 0; i < a0; i++)
      console_put(((const char *)a1)[i]);
    return value(a0);
  case SBI_DBCN_READ: { // at most a0 bytes to a1
    uint64 n = 0;
    for(int c; n < a0 && (c = console_get()) >= 0; n++)
      ((char *)a1)[n] = c;
    return value(n);
  }
  case SBI_DBCN_WRITE_BYTE:
    console_put(a0 & 0xff);
    return error(SBI_SUCCESS);
  default:
    return error(SBI_ERR_NOT_SUPPORTED);
  }
}

static struct answer
extension(uint64 which, uint64 function, uint64 a0, uint64 a1, uint64 a2)
{
  switch(which){
  case SBI_BASE:
    return base(function, a0);
  case SBI_TIME:
    if(function != SBI_TIME_SET)
      return error(SBI_ERR_NOT_SUPPORTED);
    timer_set(a0);
    return error(SBI_SUCCESS);
  case SBI_IPI:
    return function == SBI_IPI_SEND ? ask_harts(a0, a1, ASK_SOFTWARE) :
                                      error(SBI_ERR_NOT_SUPPORTED);
  case SBI_RFENCE:
    return remote_fence(function, a0, a1);
  case SBI_HSM:
    return hart_state(function, a0, a1, a2);
  case SBI_SRST:
    return function == SBI_SRST_RESET ? system_reset(a0, a1) : error(SBI_ERR_NOT_SUPPORTED);
  case SBI_DBCN:
    return debug_console(function, a0, a1, a2);
  default:
    return error(SBI_ERR_NOT_SUPPORTED);
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

// The calls of SBI 0.1, from before there was a BASE.
static int64
legacy(uint64 which, uint64 a0)
{
  switch(which){
  case SBI_LEGACY_SET_TIMER: timer_set(a0); return 0;
  case SBI_LEGACY_PUTCHAR: console_put(a0 & 0xff); return 0;
  case SBI_LEGACY_GETCHAR: return console_get();
  case SBI_LEGACY_CLEAR_IPI: csr_clear(mip, IP_SSIP); return 0;
  case SBI_LEGACY_SEND_IPI: harts_ask(legacy_set(a0), ASK_SOFTWARE); return 0;
  case SBI_LEGACY_FENCE_I: harts_ask(legacy_set(a0), ASK_FENCE_I); return 0;
  case SBI_LEGACY_SHUTDOWN: power_off(FINISHER_PASS);
  default: harts_ask(legacy_set(a0), ASK_SFENCE); return 0; // sfence.vma, for all or for an ASID
  }
}

void
call(struct registers *registers)
{
  uint64 which = X(registers, 17);
  if(which <= SBI_LEGACY_SHUTDOWN){
    X(registers, 10) = legacy(which, X(registers, 10));
    return;
  }
  struct answer answer = extension(which, X(registers, 16), X(registers, 10), X(registers, 11),
                                   X(registers, 12));
  X(registers, 10) = answer.error;
  X(registers, 11) = answer.value;
}
