// Virtio devices as a driver sees them (VIRTIO 1.2): the registers of the MMIO transport, version 2
// (section 4.2.2), the bits of device status (2.1), and the flags of split virtqueues (2.7).
#pragma once

#define VIRTIO_MMIO_MAGIC             0x000
#define VIRTIO_MMIO_VERSION           0x004
#define VIRTIO_MMIO_DEVICE_ID         0x008
#define VIRTIO_MMIO_VENDOR_ID         0x00c
#define VIRTIO_MMIO_DEVICE_FEATURES   0x010
#define VIRTIO_MMIO_DEVICE_FEATURES_SELECT 0x014
#define VIRTIO_MMIO_DRIVER_FEATURES   0x020
#define VIRTIO_MMIO_DRIVER_FEATURES_SELECT 0x024
#define VIRTIO_MMIO_QUEUE_SELECT      0x030
#define VIRTIO_MMIO_QUEUE_SIZE_MAX    0x034
#define VIRTIO_MMIO_QUEUE_SIZE        0x038
#define VIRTIO_MMIO_QUEUE_READY       0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY      0x050
#define VIRTIO_MMIO_INTERRUPT_STATUS  0x060
#define VIRTIO_MMIO_INTERRUPT_ACK     0x064
#define VIRTIO_MMIO_STATUS            0x070
#define VIRTIO_MMIO_QUEUE_DESC_LOW    0x080
#define VIRTIO_MMIO_QUEUE_DESC_HIGH   0x084
#define VIRTIO_MMIO_QUEUE_AVAIL_LOW   0x090
#define VIRTIO_MMIO_QUEUE_AVAIL_HIGH  0x094
#define VIRTIO_MMIO_QUEUE_USED_LOW    0x0a0
#define VIRTIO_MMIO_QUEUE_USED_HIGH   0x0a4
#define VIRTIO_MMIO_SHM_LENGTH_LOW    0x0b0
#define VIRTIO_MMIO_SHM_BASE_HIGH     0x0bc
#define VIRTIO_MMIO_CONFIG_GENERATION 0x0fc
#define VIRTIO_MMIO_CONFIG            0x100

#define VIRTIO_MAGIC_VALUE 0x74726976U // "virt"

#define VIRTIO_ID_NET      1
#define VIRTIO_ID_BLOCK    2

#define VIRTIO_F_VERSION_1 32 // the number of a feature bit; word 1 begins with it

#define VIRTIO_STATUS_ACKNOWLEDGE 1U
#define VIRTIO_STATUS_DRIVER      2U
#define VIRTIO_STATUS_DRIVER_OK   4U
#define VIRTIO_STATUS_FEATURES_OK 8U
#define VIRTIO_STATUS_NEEDS_RESET 64U
#define VIRTIO_STATUS_FAILED      128U

#define VIRTIO_INTERRUPT_USED   1U
#define VIRTIO_INTERRUPT_CONFIG 2U

#define VIRTQ_DESC_F_NEXT          1
#define VIRTQ_DESC_F_WRITE         2 // the device writes this piece
#define VIRTQ_DESC_F_INDIRECT      4
#define VIRTQ_AVAIL_F_NO_INTERRUPT 1
#define VIRTQ_USED_F_NO_NOTIFY     1
