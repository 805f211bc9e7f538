// H: the CSRs that it adds, the fields that are fixed, and the views on interrupts.

#include "hypervisor.h"

.macro HOLDS csr, value
  CASE
  li a0, \value
  csrw \csr, a0
  CSR_IS \csr, \value
  csrw \csr, x0
  CSR_IS \csr, 0
.endm

#define vstimecmp 0x24d

START
  li a0, -1
  csrw vstimecmp, a0      // or VSTIP would be pending by itself

  CASE
  CSR_IS misa, 0x80, 0x80

  HOLDS vsscratch, 0x123456789abcdef0
  HOLDS vstval, -1
  HOLDS vscause, 0x8000000000000005
  HOLDS vsepc, 0x80001000
  HOLDS vstvec, 0x80001000
  HOLDS htval, 0x123456789
  HOLDS mtval2, 0x123456789
  HOLDS mtinst, 0x3020
  HOLDS htimedelta, 0x123456789abcdef0
  HOLDS hcounteren, 7
  HOLDS vsatp, 0x8000000000080001
  HOLDS hgatp, 0x8000000000080004

  CASE                    // hstatus: what can be set, and VSXL, which says 64 bits
  csrw hstatus, x0
  CSR_IS hstatus, 0x200000000
  li a0, VTSR|VTW|VTVM|HU|SPVP|SPV|HGVA
  csrw hstatus, a0
  CSR_IS hstatus, 0x200000000|VTSR|VTW|VTVM|HU|SPVP|SPV|HGVA
  csrw hstatus, x0

  CASE                    // hedeleg: not what is the hypervisor's own
  li a0, -1
  csrw hedeleg, a0
  CSR_IS hedeleg, 0xb1ff, 0xf0ffff
  csrw hedeleg, x0
  CASE                    // hideleg: the three interrupts of VS
  csrw hideleg, a0
  CSR_IS hideleg, 0x444, 0xfff
  csrw hideleg, x0
  CASE                    // which M never keeps
  csrw mideleg, x0
  CSR_IS mideleg, 0x1444, 0x1666

  CASE                    // hvip: pending by software, seen in hip and mip
  csrw hvip, x0
  csrw hie, x0
  li a0, -1
  csrw hvip, a0
  CSR_IS hvip, 0x444, 0x444
  CSR_IS hip, 0x444, 0x444
  CSR_IS mip, 0x444, 0x444
  csrw hvip, x0
  CSR_IS hip, 0, 0x444
  CSR_IS mip, 0, 0x444
  CASE                    // of hip, VSSIP is writable
  li a0, 4
  csrs hip, a0
  CSR_IS hvip, 4, 0x444
  csrc hip, a0
  CSR_IS hvip, 0, 0x444
  CASE                    // hie is a part of mie
  li a0, 0x444
  csrw hie, a0
  CSR_IS mie, 0x444, 0x444
  csrw mie, x0
  CSR_IS hie, 0, 0x444
  CASE                    // and so is the guests' external interrupt, though none may come
  li a0, -1
  csrw hie, a0
  CSR_IS hie, 0x1444, 0x1fff
  CSR_IS mie, 0x1444, 0x1fff
  CSR_IS hip, 0, 0x1fff
  csrw mie, x0

  CASE                    // no guest external interrupts
  csrr a0, 0xe12          // hgeip
  IS a0, 0
  CASE                    // vsstatus has a life of its own
  li a0, SUM|MXR|0x122
  csrw vsstatus, a0
  csrw sstatus, x0
  CSR_IS vsstatus, SUM|MXR|0x122, SUM|MXR|0x122
  csrw vsstatus, x0

  FINISH
