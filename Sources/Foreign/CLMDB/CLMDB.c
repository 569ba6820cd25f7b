// CRC-32C by the processor's instruction: SSE 4.2 (every x86-64 since 2008) or ARMv8 CRC; and preadv2.
#define _GNU_SOURCE
#include "CLMDB.h"
#include <string.h>
#include <sys/uio.h>

#if defined(__x86_64__)
#define STEP8(crc, word) (uint32_t)__builtin_ia32_crc32di((crc), (word))
#define STEP1(crc, byte) __builtin_ia32_crc32qi((crc), (byte))
#define TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
#include <arm_acle.h>
#define STEP8(crc, word) __crc32cd((crc), (word))
#define STEP1(crc, byte) __crc32cb((crc), (byte))
#define TARGET __attribute__((target("crc")))
#else
#error "Skerry runs on x86-64 and arm64."
#endif

TARGET uint32_t skerry_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    crc = STEP8(crc, word);
  }
  for (; count > 0; count--, next++) crc = STEP1(crc, *next);
  return ~crc;
}

ssize_t skerry_read_cached(int descriptor, void *bytes, size_t count, int64_t offset) {
  struct iovec room = {bytes, count};
  return preadv2(descriptor, &room, 1, offset, RWF_NOWAIT);
}
