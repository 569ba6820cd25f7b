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

/// Maps `count` bytes of a file for reading, be there so many or not; NULL with errno if that fails.
void *skerry_map_file_shared(int descriptor, size_t count);

/// Ends such a mapping.
void skerry_unmap_file_shared(void *base, size_t count);

/// 1 if the kernel has all pages of `count` bytes at `offset` of a mapping in memory, else 0.
int32_t skerry_is_cached(void *base, size_t offset, size_t count);

#endif
