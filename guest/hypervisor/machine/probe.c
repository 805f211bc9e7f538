// What the machine under Memvisor can do, tried out at boot. QEMU before 8 lets a guest reach satp
// although VTVM is set; there Memvisor would not see the guest change its root.

#include "machine/probe.h"
#include "machine/h_csr.h"
#include "machine/print.h"

// probe_entry.S
uint64 probe_hstatus(void); // scause of a read of hstatus; ~0 if it went well
uint64 probe_satp(void);    // scause of the first exit of a VS-mode that reads satp and then calls

#define NO_TRAP (~0UL)

void
probe_hypervisor(void)
{
  if(probe_hstatus() != NO_TRAP){
    print("memvisor: expected a machine with the H extension, got one without\n");
    power_off(CODE_HOST);
  }
}

void
probe_satp_trap(void)
{
  csr_write(hgatp, 0);
  csr_write(vsatp, 0);
  csr_write(hedeleg, 0);
  csr_write(hstatus, HSTATUS_VSXL | HSTATUS_VTVM | HSTATUS_SPV | HSTATUS_SPVP);
  csr_set(sstatus, SSTATUS_SPP);
  csr_clear(sstatus, SSTATUS_SPIE);
  if(probe_satp() != CAUSE_VIRTUAL_INSTRUCTION){
    print("memvisor: expected accesses to satp to trap under VTVM, got none (QEMU 7.2 is so). "
          "Try: QEMU 10, or mirrorbench's own machine\n");
    power_off(CODE_HOST);
  }
}
