// The SBI that a guest calls. One hart: what goes to others goes to it.

#include "vcpu/sbi.h"
#include "machine/h_csr.h"
#include "paging/paging.h"
#include "machine/print.h"
#include "machine/uart.h"

#define LEGACY_SET_TIMER    0
#define LEGACY_PUTCHAR      1
#define LEGACY_GETCHAR      2
#define LEGACY_CLEAR_IPI    3
#define LEGACY_SEND_IPI     4
#define LEGACY_FENCE_I      5
#define LEGACY_SFENCE       6
#define LEGACY_SFENCE_ASID  7
#define LEGACY_SHUTDOWN     8

#define EXTENSION_BASE   0x10UL
#define EXTENSION_TIME   0x54494d45UL
#define EXTENSION_IPI    0x735049UL
#define EXTENSION_RFENCE 0x52464e43UL
#define EXTENSION_HSM    0x48534dUL
#define EXTENSION_SRST   0x53525354UL
#define EXTENSION_DBCN   0x4442434eUL

#define SBI_SUCCESS           0L
#define SBI_ERR_NOT_SUPPORTED (-2L)
#define SBI_ERR_INVALID_PARAM (-3L)
#define SBI_ERR_AVAILABLE     (-6L) // already available

#define SPECIFICATION_2_0  (2UL << 24)
#define IMPLEMENTATION     0x6d656dUL // "mem"; none is registered for us
#define IMPLEMENTATION_VERSION 1

#define SRST_SHUTDOWN       0U
#define SRST_COLD_REBOOT    1U
#define SRST_WARM_REBOOT    2U
#define SRST_SYSTEM_FAILURE 1U
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
  register uint64 a6 __asm__("a6") = 0;
  register uint64 a7 __asm__("a7") = EXTENSION_TIME;
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
  case EXTENSION_BASE:
  case EXTENSION_TIME:
  case EXTENSION_IPI:
  case EXTENSION_RFENCE:
  case EXTENSION_HSM:
  case EXTENSION_SRST:
  case EXTENSION_DBCN:
    return 1;
  }
  return extension <= LEGACY_SHUTDOWN;
}

static struct answer
base(uint64 function, uint64 extension)
{
  switch(function){
  case 0:
    return (struct answer){ SBI_SUCCESS, SPECIFICATION_2_0 };
  case 1:
    return (struct answer){ SBI_SUCCESS, IMPLEMENTATION };
  case 2:
    return (struct answer){ SBI_SUCCESS, IMPLEMENTATION_VERSION };
  case 3:
    return (struct answer){ SBI_SUCCESS, extension_known(extension) };
  case 4: // mvendorid, marchid, mimpid
  case 5:
  case 6:
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
  if(extension == EXTENSION_IPI){
    if(function != 0)
      return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
    csr_set(hvip, IP_VSSIP);
  } else if(function == 0)
    __asm__ volatile("fence.i" : : : "memory");
  else if(function <= 2)
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
  case 0:
    return (struct answer){ hart == 0 ? SBI_ERR_AVAILABLE : SBI_ERR_INVALID_PARAM, 0 };
  case 1:
    guest_stop(guest, "it stopped its only hart");
  case 2:
    return (struct answer){ hart == 0 ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM, 0 };
  case 3:
    if((uint32)hart != 0) // here a suspend type; 0 is the default retentive one
      return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
    __asm__ volatile("wfi");
    return (struct answer){ SBI_SUCCESS, 0 };
  }
  return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
}

static struct answer
reset(uint64 function, uint32 type, uint32 reason)
{
  if(function != 0)
    return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
  if(type == SRST_SHUTDOWN && reason <= SRST_SYSTEM_FAILURE)
    power_off(reason);
  if(type == SRST_COLD_REBOOT || type == SRST_WARM_REBOOT)
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
  if(function < 2 && vcpu->x[12] != 0) // the upper half of the address
    return (struct answer){ SBI_ERR_INVALID_PARAM, 0 };
  switch(function){
  case 0:
    for(; done < bytes && guest_read(guest, gpa + done, &c, 1) == 0; done++)
      uart_put(c);
    break;
  case 1:
    for(; done < bytes; done++){
      int got = guest_owns(guest, gpa + done) ? vuart_getchar(guest) : -1;
      c = got;
      if(got < 0 || guest_write(guest, gpa + done, &c, 1) < 0)
        break;
    }
    break;
  case 2:
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
  case LEGACY_SET_TIMER:
    set_timer(vcpu->guest, vcpu->x[10]);
    return SBI_SUCCESS;
  case LEGACY_PUTCHAR:
    uart_put(vcpu->x[10] & 0xff);
    return SBI_SUCCESS;
  case LEGACY_GETCHAR:
    return vuart_getchar(vcpu->guest);
  case LEGACY_CLEAR_IPI:
    csr_clear(hvip, IP_VSSIP);
    return SBI_SUCCESS;
  case LEGACY_SEND_IPI:
    csr_set(hvip, IP_VSSIP);
    return SBI_SUCCESS;
  case LEGACY_FENCE_I:
    __asm__ volatile("fence.i" : : : "memory");
    return SBI_SUCCESS;
  case LEGACY_SFENCE:
  case LEGACY_SFENCE_ASID:
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
  case EXTENSION_TIME:
    if(function != 0)
      break;
    set_timer(vcpu->guest, vcpu->x[10]);
    return (struct answer){ SBI_SUCCESS, 0 };
  case EXTENSION_BASE:
    return base(function, vcpu->x[10]);
  case EXTENSION_IPI:
  case EXTENSION_RFENCE:
    return remote(vcpu, extension, function);
  case EXTENSION_HSM:
    return hart_state(vcpu->guest, function, vcpu->x[10]);
  case EXTENSION_SRST:
    return reset(function, vcpu->x[10], vcpu->x[11]);
  case EXTENSION_DBCN:
    return debug_console(vcpu, function);
  }
  return (struct answer){ SBI_ERR_NOT_SUPPORTED, 0 };
}

void
sbi_call(struct vcpu *vcpu)
{
  uint64 extension = vcpu->x[17];
  if(extension <= LEGACY_SHUTDOWN){
    vcpu->x[10] = legacy(vcpu, extension);
    return;
  }
  struct answer a = answer(vcpu, extension, vcpu->x[16]);
  vcpu->x[10] = a.error;
  vcpu->x[11] = a.value;
}
