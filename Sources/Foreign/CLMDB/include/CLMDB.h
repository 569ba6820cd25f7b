// LMDB, and what Swift can't name: the checksum instruction and a read that never waits.
#ifndef SKERRY_CLMDB_H
#define SKERRY_CLMDB_H

#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc`; start with 0.
uint32_t skerry_crc32c(uint32_t crc, const void *bytes, size_t count);

/// Reads up to `count` bytes at `offset` as far as the kernel has them in memory; -1 with errno if it
/// has none or can't tell.
ssize_t skerry_read_cached(int descriptor, void *bytes, size_t count, int64_t offset);

#endif
