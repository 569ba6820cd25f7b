// Files in memory, and sending out of files. See CLinux.h.
#define _GNU_SOURCE
#include "CLinux.h"
#include "Result.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

int64_t skerry_send_more(int32_t descriptor, const void *buffer, size_t count) {
  return RESULT(send(descriptor, buffer, count, MSG_NOSIGNAL | MSG_MORE));
}

int64_t skerry_send_file(int32_t descriptor, int32_t file, int64_t offset, size_t count) {
  off_t position = offset;
  return RESULT(sendfile(descriptor, file, &position, count));
}

int32_t skerry_memory_file(void) { return RESULT(memfd_create("skerry", MFD_CLOEXEC)); }

int64_t skerry_write_at(int32_t file, const void *buffer, size_t count, int64_t offset) {
  return RESULT(pwrite(file, buffer, count, offset));
}

// x86-64's and arm64's usual size; elsewhere collapsing fails, and nothing else does.
enum { huge_page = 2 << 20 };

void *skerry_map_file(int32_t file, size_t count) {
  if (count < huge_page) {
    void *base = mmap(NULL, count, PROT_READ, MAP_SHARED, file, 0);
    return base == MAP_FAILED ? NULL : base;
  }
  // Only an aligned mapping can have huge pages: a larger one is reserved, and its edges given back.
  size_t room = count + huge_page;
  char *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  char *base = (char *)(((uintptr_t)start + huge_page - 1) & ~(uintptr_t)(huge_page - 1));
  if (mmap(base, count, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) {
    munmap(start, room);
    return NULL;
  }
  size_t page = (size_t)sysconf(_SC_PAGESIZE), end = (count + page - 1) & ~(page - 1);
  if (base > start) munmap(start, (size_t)(base - start));
  if (start + room > base + end) munmap(base + end, (size_t)(start + room - base) - end);
  return base;
}

void skerry_collapse(void *base, size_t count) {
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
  for (size_t start = 0; start + huge_page <= count; start += huge_page)
    if (madvise((char *)base + start, huge_page, MADV_COLLAPSE) < 0) return;
}

void skerry_unmap(void *base, size_t count) { munmap(base, count); }

int64_t skerry_descriptor_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : (int64_t)limit.rlim_cur;
}
