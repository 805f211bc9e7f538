// The numbers of the SBI (specification 2.0) that a kernel, a firmware and Memvisor agree on: the
// extension in a7, the function in a6, the error that comes back in a0.
#pragma once

#define SBI_SUCCESS                 0
#define SBI_ERR_NOT_SUPPORTED       (-2)
#define SBI_ERR_INVALID_PARAM       (-3)
#define SBI_ERR_INVALID_ADDRESS     (-5)
#define SBI_ERR_ALREADY_AVAILABLE   (-6)

// The calls of SBI 0.1: an extension each, no function, and the answer in a0 alone.
#define SBI_LEGACY_SET_TIMER        0
#define SBI_LEGACY_PUTCHAR          1
#define SBI_LEGACY_GETCHAR          2
#define SBI_LEGACY_CLEAR_IPI        3
#define SBI_LEGACY_SEND_IPI         4
#define SBI_LEGACY_FENCE_I          5
#define SBI_LEGACY_SFENCE           6
#define SBI_LEGACY_SFENCE_ASID      7
#define SBI_LEGACY_SHUTDOWN         8

#define SBI_BASE                    0x10UL
#define SBI_BASE_SPECIFICATION      0
#define SBI_BASE_IMPLEMENTATION     1
#define SBI_BASE_IMPLEMENTATION_VERSION 2
#define SBI_BASE_HAS_EXTENSION      3
#define SBI_BASE_MVENDORID          4
#define SBI_BASE_MARCHID            5
#define SBI_BASE_MIMPID             6
#define SBI_SPECIFICATION_2_0       (2UL << 24)

#define SBI_TIME                    0x54494d45UL // "TIME"
#define SBI_TIME_SET                0

#define SBI_IPI                     0x735049UL   // "sPI"
#define SBI_IPI_SEND                0

#define SBI_RFENCE                  0x52464e43UL // "RFNC"
#define SBI_RFENCE_FENCE_I          0
#define SBI_RFENCE_SFENCE           1
#define SBI_RFENCE_SFENCE_ASID      2
#define SBI_RFENCE_HFENCE_GVMA_VMID 3
#define SBI_RFENCE_HFENCE_GVMA      4
#define SBI_RFENCE_HFENCE_VVMA_ASID 5
#define SBI_RFENCE_HFENCE_VVMA      6

#define SBI_HSM                     0x48534dUL   // "HSM"
#define SBI_HSM_START               0
#define SBI_HSM_STOP                1
#define SBI_HSM_STATUS              2
#define SBI_HSM_SUSPEND             3
#define SBI_HART_STARTED            0            // what SBI_HSM_STATUS gives
#define SBI_HART_STOPPED            1
#define SBI_HART_SUSPENDED          4
#define SBI_SUSPEND_RETENTIVE       0U           // types of SBI_HSM_SUSPEND
#define SBI_SUSPEND_NON_RETENTIVE   0x80000000U

#define SBI_SRST                    0x53525354UL // "SRST"
#define SBI_SRST_RESET              0
#define SBI_SRST_SHUTDOWN           0U           // types
#define SBI_SRST_COLD_REBOOT        1U
#define SBI_SRST_WARM_REBOOT        2U
#define SBI_SRST_NO_REASON          0U           // reasons
#define SBI_SRST_SYSTEM_FAILURE     1U

#define SBI_DBCN                    0x4442434eUL // "DBCN"
#define SBI_DBCN_WRITE              0
#define SBI_DBCN_READ               1
#define SBI_DBCN_WRITE_BYTE         2
