// The SBI calls: a7 names the extension, a6 the function, a0 to a5 are arguments; a0 gives back the
// error, a1 the value. Legacy calls give only a0.

#include "firmware.h"

#define SPEC_VERSION   (2UL << 24)     // 2.0
#define IMPLEMENTATION 0x6d626677UL    // "mbfw": not registered

#define SUCCESS           0
#define FAILED            (-1)
#define NOT_SUPPORTED     (-2)
#define INVALID_PARAM     (-3)
#define ALREADY_AVAILABLE (-6)

#define BASE   0x10UL
#define TIME   0x54494d45UL
#define IPI    0x735049UL
#define RFENCE 0x52464e43UL
#define HSM    0x48534dUL
#define SRST   0x53525354UL
#define DBCN   0x4442434eUL

#define HFENCE_GVMA 0x62000073 // hfence.gvma x0, x0
#define HFENCE_VVMA 0x22000073

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

// Whether a pair (mask, base) of harts names hart 0, the only one there is.
static int
names_hart(uint64 mask, uint64 base)
{
  return base == ~0UL || (base == 0 && (mask & 1) != 0);
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
remote_fence(uint64 function, uint64 mask, uint64 first)
{
  if(function > 6)
    return error(NOT_SUPPORTED);
  if(!names_hart(mask, first))
    return error(INVALID_PARAM);
  if(function == 0)
    __asm__ volatile("fence.i" : : : "memory");
  else if(function <= 2)
    sfence_vma();
  else if((function <= 4 ? probe_execute(HFENCE_GVMA) : probe_execute(HFENCE_VVMA)) < 0)
    return error(NOT_SUPPORTED);
  return error(SUCCESS);
}

static struct answer
hart_state(uint64 function, uint64 hart)
{
  switch(function){
  case 0: return error(hart == 0 ? ALREADY_AVAILABLE : INVALID_PARAM); // start
  case 1: return error(FAILED);                                        // stop
  case 2: return hart == 0 ? value(0) : error(INVALID_PARAM);          // status: started
  default: return error(NOT_SUPPORTED);
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

static struct answer
debug_console(uint64 function, uint64 a0, uint64 a1)
{
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
extension(uint64 which, uint64 function, uint64 a0, uint64 a1)
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
    if(function != 0 || !names_hart(a0, a1))
      return error(function != 0 ? NOT_SUPPORTED : INVALID_PARAM);
    csr_set(mip, IP_SSIP);
    return error(SUCCESS);
  case RFENCE:
    return remote_fence(function, a0, a1);
  case HSM:
    return hart_state(function, a0);
  case SRST:
    return function == 0 ? system_reset(a0, a1) : error(NOT_SUPPORTED);
  case DBCN:
    return debug_console(function, a0, a1);
  default:
    return error(NOT_SUPPORTED);
  }
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
  case 4: csr_set(mip, IP_SSIP); return 0;
  case 5: __asm__ volatile("fence.i" : : : "memory"); return 0;
  case 8: power_off(FINISHER_PASS);
  default: sfence_vma(); return 0; // 6 and 7
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
  struct answer answer = extension(which, X(registers, 16), X(registers, 10), X(registers, 11));
  X(registers, 10) = answer.error;
  X(registers, 11) = answer.value;
}
