// F: mstatus.FS and SD, fcsr and its views, rounding modes that do not exist.

#define FORMAT_D
#include "float.h"

#define SD 0x8000000000000000

.macro FS_IS want
  CSR_IS mstatus, \want, SD|FS
.endm

// FS = value, without touching the rest.
.macro FS_SET value
  CLEAR mstatus, FS
  SET mstatus, \value
.endm

// The instruction writes a register or fcsr: afterwards FS is dirty.
.macro DIRTIES insn:vararg
  CASE
  FS_SET FS_INITIAL
  \insn
  FS_IS SD|FS
  FS_SET FS_CLEAN
  \insn
  FS_IS SD|FS
.endm

.macro KEEPS_CLEAN insn:vararg
  CASE
  FS_SET FS_CLEAN
  \insn
  FS_IS FS_CLEAN
.endm

START
  la s0, data
  CLEAR mstatus, FS

  CASE
  FS_IS 0

  // Off: all of it is illegal, and changes nothing.
  li a1, 77
  TRAPS 2, 0x02b57553, fadd.d fa0, fa0, fa1
  TRAPS 2, 0x00c5f543, fmadd.s fa0, fa1, fa2, ft0
  TRAPS 2, 0x00042507, flw fa0, 0(s0)
  .option push
  .option norvc
  TRAPS 2, 0x00043507, fld fa0, 0(s0)
  TRAPS 2, 0x00a42027, fsw fa0, 0(s0)
  TRAPS 2, 0x00a43027, fsd fa0, 0(s0)
  TRAPS 2, 0x00003507, fld fa0, 0(x0) // before the address is looked at
  .option pop
  TRAPS 2, 0xe00505d3, fmv.x.w a1, fa0
  TRAPS 2, 0xf2058553, fmv.d.x fa0, a1
  TRAPS 2, 0xa2b52553, feq.d a0, fa0, fa1
  TRAPS 2, 0xe20515d3, fclass.d a1, fa0
  TRAPS 2, 0x003025f3, csrr a1, fcsr
  TRAPS 2, 0x001025f3, csrr a1, fflags
  TRAPS 2, 0x00259073, csrw frm, a1
  TRAPS_IN MPP_S, 2, fadd.d fa0, fa0, fa1
  TRAPS_IN 0, 2, csrr a1, fcsr
  CASE
  IS a1, 77
  FS_IS 0

  // On: what changes state makes it dirty.
  FS_SET FS_INITIAL
  csrw fcsr, x0
  li a1, ONE
  fmv.d.x fa1, a1
  DIRTIES fadd.d fa0, fa1, fa1
  DIRTIES fmv.w.x fa0, a1
  DIRTIES fmv.d.x fa0, a1
  DIRTIES flw fa0, 0(s0)
  DIRTIES fld fa0, 0(s0)
  DIRTIES fsgnj.s fa0, fa0, fa0
  DIRTIES fmadd.d fa0, fa1, fa1, fa1
  DIRTIES fcvt.d.l fa0, a1
  DIRTIES csrw fcsr, x0
  DIRTIES csrwi frm, 0
  DIRTIES csrwi fflags, 0
  KEEPS_CLEAN fsd fa0, 0(s0)
  KEEPS_CLEAN fsw fa0, 0(s0)
  KEEPS_CLEAN fmv.x.d a0, fa1
  KEEPS_CLEAN fclass.s a0, fa1
  KEEPS_CLEAN csrr a0, fcsr

  CASE                    // sstatus shows FS and SD
  FS_SET FS_CLEAN
  CSR_IS sstatus, FS_CLEAN, SD|FS
  SET sstatus, FS
  CSR_IS sstatus, SD|FS, SD|FS
  FS_IS SD|FS

  RUNS_IN 0, 8, fadd.d fa0, fa1, fa1
  RUNS_IN 0, 8, csrr a0, fcsr
  RUNS_IN MPP_S, 9, fsqrt.s fa0, fa1

  CASE                    // three views of one register
  csrwi frm, 3
  csrwi fflags, 0x15
  CSR_IS fcsr, 0x75
  li a0, -1
  csrw fcsr, a0
  CSR_IS fcsr, 0xff
  CSR_IS frm, 7
  CSR_IS fflags, 0x1f
  li a0, 0x4a
  csrw fcsr, a0
  CSR_IS frm, 2
  CSR_IS fflags, 0xa
  csrw fflags, x0
  CSR_IS fcsr, 0x40
  csrw frm, x0
  CSR_IS fcsr, 0
  li a0, 0xf9
  csrw frm, a0
  CSR_IS fcsr, 0x20
  csrw fcsr, x0

  CASE                    // flags gather
  li a2, 0
  fmv.d.x fa2, a2
  fdiv.d fa0, fa1, fa2
  CSR_IS fflags, DZ
  li a2, THREE
  fmv.d.x fa2, a2
  fdiv.d fa0, fa1, fa2
  CSR_IS fflags, DZ|NX
  fsub.d fa0, fa1, fa1
  CSR_IS fflags, DZ|NX
  csrw fcsr, x0

  // Modes 5 and 6 do not exist, nor does 7 in frm.
  TRAPS 2, 0x02b5d553, .word 0x02b5d553 // fadd.d fa0, fa1, fa1, 5
  TRAPS 2, 0x02b5e553, .word 0x02b5e553
  TRAPS 2, 0x58055553, .word 0x58055553 // fsqrt.s, 5
  TRAPS 2, 0x5ac5e543, .word 0x5ac5e543 // fmadd.d, 6
  TRAPS 2, 0xc225d553, .word 0xc225d553 // fcvt.l.d, 5
  csrwi frm, 5
  TRAPS 2, 0x02b5f553, fadd.d fa0, fa1, fa1
  csrwi frm, 7
  TRAPS 2, 0x02b5f553, fadd.d fa0, fa1, fa1
  TRAPS 2, 0xc205f553, fcvt.w.d a0, fa1
  CASE                    // what does not round, or says how, is not concerned
  fadd.d fa0, fa1, fa1, rtz
  fmin.d fa0, fa1, fa1
  fsgnj.d fa0, fa1, fa1
  feq.d a0, fa1, fa1
  IS a0, 1
  FINISH

.data
.balign 8
data:
  .dword 0
