// The SBI that a guest calls. One hart: what goes to others goes to it.

#include "vcpu/sbi.h"
#include "machine/h_csr.h"
#include "paging/paging.h"
#include "machine/print.h"
#include "machine/uart.h"
#include "sbi_numbers.h"

#define IMPLEMENTATION     0x6d656dUL // "mem"; none is registered for us
#define IMPLEMENTATION_VERSION 1

#define DBCN_MOST           1024UL // of one call; the caller goes on where it ended

struct answer {
  int64  error;
  uint64 value;
};

void
firmware_set_timer(uint64 deadline)
{
  register uint64 a0 __asm__("a0") = deadline;
  register uint64 a1 __asm__("a1");
  register uint64 a6 __asm__("a6") = SBI_TIME_SET;
  register uint64 a7 __asm__("a7") = SBI_TIME;
  __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a6), "r"(a7) : "memory");
}

static void
set_timer(struct guest *guest, uint64 deadline)
{
  if(guest->native_timer){
    csr_write(vstimecmp, deadline);
    return;
  }
  csr_clear(hvip, IP_VSTIP);
  firmware_set_timer(deadline);
  csr_set(sie, IP_STIP);
}

static int
extension_known(uint64 extension)
{
  switch(extension){
  case SBI_BASE:
  case SBI_TIME:
  case SBI_IPI:
  case SBI_RFENCE:
  case SBI_HSM:
  case SBI_SRST:
  case SBI_DBCN:
    return 1;
  }
  return extension <= SBI_LEGACY_SHUTDOWN;
}

static struct answer
base(uint64 function, uint64 extension)
{
  switch(function){
  case SBI_BASE_SPECIFICATION:
    return (struct answer){ SBI_SUCCESS, SBI_SPECIFICATION_2_0 };
  case SBI_BASE_IMPLEMENTATION:
    return (struct answer){ SBI_SUCCESS, IMPLEMENTATION };
  case SBI_BASE_IMPLEMENTATION_VERSION:
    return (struct answer){ SBI_SUCCESS, IMPLEMENTATION_VERSION };
  case SBI_BASE_HAS_EXTENSION:
    return (struct answer){ SBI_SUCCESS, extension_known(extension) };
  case SBI_BASE_MVENDORID:
  case SBI_BASE_MARCHID:
  case SBI_BASE_MIMPID:
    return (struct answer){ SBI_SUCCESS, 0 };
  }
  return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
}

// Whether a hart mask (base -1: all) names hart 0 and no hart that there is not.
static int
names_hart(uint64 mask, uint64 mask_base)
{
  return mask_base == ~0UL || (mask_base == 0 && mask == 1);
}

static struct answer
remote(struct vcpu *vcpu, uint64 extension, uint64 function)
{
  if(!names_hart(vcpu->x[10], vcpu->x[11]))
    return (struct answer){ SBI_ERR_INVALID_PARAM, 0 };
  if(extension == SBI_IPI){
    if(function != SBI_IPI_SEND)
      return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
    csr_set(hvip, IP_VSSIP);
  } else if(function == SBI_RFENCE_FENCE_I)
    __asm__ volatile("fence.i" : : : "memory");
  else if(function <= SBI_RFENCE_SFENCE_ASID)
    paging_fence(vcpu);
  else
    return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
  return (struct answer){ SBI_SUCCESS, 0 };
}

// Start, stop, status and suspend of harts. The only one is started; stopping it would stop the
// guest.
static struct answer
hart_state(struct guest *guest, uint64 function, uint64 hart)
{
  switch(function){
  case SBI_HSM_START:
    return (struct answer){ hart == 0 ? SBI_ERR_ALREADY_AVAILABLE : SBI_ERR_INVALID_PARAM, 0 };
  case SBI_HSM_STOP:
    guest_stop(guest, "it stopped its only hart");
  case SBI_HSM_STATUS:
    return (struct answer){ hart == 0 ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM, 0 };
  case SBI_HSM_SUSPEND:
    if((uint32)hart != SBI_SUSPEND_RETENTIVE) // a0 is the type of suspend here
      return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
    __asm__ volatile("wfi");
    return (struct answer){ SBI_SUCCESS, 0 };
  }
  return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
}

static struct answer
reset(uint64 function, uint32 type, uint32 reason)
{
  if(function != SBI_SRST_RESET)
    return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
  if(type == SBI_SRST_SHUTDOWN && reason <= SBI_SRST_SYSTEM_FAILURE)
    power_off(reason);
  if(type == SBI_SRST_COLD_REBOOT || type == SBI_SRST_WARM_REBOOT)
    power_reset();
  return (struct answer){ SBI_ERR_INVALID_PARAM, 0 };
}

static struct answer
debug_console(struct vcpu *vcpu, uint64 function)
{
  struct guest *guest = vcpu->guest;
  uint64 bytes = vcpu->x[10] < DBCN_MOST ? vcpu->x[10] : DBCN_MOST;
  uint64 gpa = vcpu->x[11], done = 0;
  uint8 c;
  if(function < SBI_DBCN_WRITE_BYTE && vcpu->x[12] != 0) // the upper half of the address
    return (struct answer){ SBI_ERR_INVALID_PARAM, 0 };
  switch(function){
  case SBI_DBCN_WRITE:
    for(; done < bytes && guest_read(guest, gpa + done, &c, 1) == 0; done++)
      uart_put(c);
    break;
  case SBI_DBCN_READ:
    for(; done < bytes; done++){
      int got = guest_owns(guest, gpa + done) ? vuart_getchar(guest) : -1;
      c = got;
      if(got < 0 || guest_write(guest, gpa + done, &c, 1) < 0)
        break;
    }
    break;
  case SBI_DBCN_WRITE_BYTE:
    uart_put(vcpu->x[10] & 0xff);
    return (struct answer){ SBI_SUCCESS, 0 };
  default:
    return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
  }
  if(done < bytes && !guest_owns(guest, gpa + done))
    return (struct answer){ SBI_ERR_INVALID_PARAM, 0 };
  return (struct answer){ SBI_SUCCESS, done };
}

// The calls of SBI 0.1: no function number, the answer in a0 alone.
static int64
legacy(struct vcpu *vcpu, uint64 extension)
{
  switch(extension){
  case SBI_LEGACY_SET_TIMER:
    set_timer(vcpu->guest, vcpu->x[10]);
    return SBI_SUCCESS;
  case SBI_LEGACY_PUTCHAR:
    uart_put(vcpu->x[10] & 0xff);
    return SBI_SUCCESS;
  case SBI_LEGACY_GETCHAR:
    return vuart_getchar(vcpu->guest);
  case SBI_LEGACY_CLEAR_IPI:
    csr_clear(hvip, IP_VSSIP);
    return SBI_SUCCESS;
  case SBI_LEGACY_SEND_IPI:
    csr_set(hvip, IP_VSSIP);
    return SBI_SUCCESS;
  case SBI_LEGACY_FENCE_I:
    __asm__ volatile("fence.i" : : : "memory");
    return SBI_SUCCESS;
  case SBI_LEGACY_SFENCE:
  case SBI_LEGACY_SFENCE_ASID:
    paging_fence(vcpu);
    return SBI_SUCCESS;
  default:
    power_off(0);
  }
}

static struct answer
answer(struct vcpu *vcpu, uint64 extension, uint64 function)
{
  switch(extension){
  case SBI_TIME:
    if(function != SBI_TIME_SET)
      break;
    set_timer(vcpu->guest, vcpu->x[10]);
    return (struct answer){ SBI_SUCCESS, 0 };
  case SBI_BASE:
    return base(function, vcpu->x[10]);
  case SBI_IPI:
  case SBI_RFENCE:
    return remote(vcpu, extension, function);
  case SBI_HSM:
    return hart_state(vcpu->guest, function, vcpu->x[10]);
  case SBI_SRST:
    return reset(function, vcpu->x[10], vcpu->x[11]);
  case SBI_DBCN:
    return debug_console(vcpu, function);
  }
  return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
}

void
sbi_call(struct vcpu *vcpu)
{
  uint64 extension = vcpu->x[17];
  if(extension <= SBI_LEGACY_SHUTDOWN){
    vcpu->x[10] = legacy(vcpu, extension);
    return;
  }
  struct answer a = answer(vcpu, extension, vcpu->x[16]);
  vcpu->x[10] = a.error;
  vcpu->x[11] = a.value;
}
