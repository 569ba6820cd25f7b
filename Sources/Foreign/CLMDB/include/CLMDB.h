// LMDB, and the checksum instruction that Swift can't name.
#ifndef SKERRY_CLMDB_H
#define SKERRY_CLMDB_H

#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc`; start with 0.
uint32_t skerry_crc32c(uint32_t crc, const void *bytes, size_t count);

#endif
