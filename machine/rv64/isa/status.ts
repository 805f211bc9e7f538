// Fields of status registers, interrupts and causes, named and numbered as in the privileged
// specification. A name that ends in _HI is a bit of the register's upper 32 bits.

export const USER = 0
export const SUPERVISOR = 1
export const MACHINE = 3

export const SIE = 1 << 1
export const MIE = 1 << 3
export const SPIE = 1 << 5
export const MPIE = 1 << 7
export const SPP = 1 << 8
export const MPP_SHIFT = 11
export const MPP = 3 << MPP_SHIFT
/** Floating point: 0 off, 1 initial, 2 clean, 3 dirty. */
export const FS = 3 << 13
export const MPRV = 1 << 17
export const SUM = 1 << 18
export const MXR = 1 << 19
export const TVM = 1 << 20
export const TW = 1 << 21
export const TSR = 1 << 22
/** Some state is dirty; read-only. */
export const SD_HI = 1 << 31
export const GVA_HI = 1 << 6
export const MPV_HI = 1 << 7

// hstatus
export const GVA = 1 << 6
export const SPV = 1 << 7
export const SPVP = 1 << 8
export const HU = 1 << 9
export const VTVM = 1 << 20
export const VTW = 1 << 21
export const VTSR = 1 << 22

// menvcfg and henvcfg, senvcfg
export const STCE_HI = 1 << 31
export const ADUE_HI = 1 << 29
export const FIOM = 1
/** cbo.zero may be executed below. */
export const CBZE = 1 << 7

export const SSIP = 1 << 1
export const VSSIP = 1 << 2
export const MSIP = 1 << 3
export const STIP = 1 << 5
export const VSTIP = 1 << 6
export const MTIP = 1 << 7
export const SEIP = 1 << 9
export const VSEIP = 1 << 10
export const MEIP = 1 << 11
/** The interrupts of the supervisor, and those of its guest. */
export const S_INTERRUPTS = SSIP | STIP | SEIP
export const VS_INTERRUPTS = VSSIP | VSTIP | VSEIP
/** The guests' external interrupt has no source: it can be enabled, and never comes. */
export const SGEIP = 1 << 12
export const M_INTERRUPTS = MSIP | MTIP | MEIP

export const CAUSE = {
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  ecallU: 8,
  ecallS: 9,
  ecallVS: 10,
  ecallM: 11,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
  hardwareError: 19,
  fetchGuestPage: 20,
  loadGuestPage: 21,
  virtualInstruction: 22,
  storeGuestPage: 23,
} as const

export const COUNTER_CYCLE = 1
export const COUNTER_TIME = 2
export const COUNTER_INSTRET = 4
