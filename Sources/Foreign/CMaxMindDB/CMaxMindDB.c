// Opening from memory, and looking up without a text of the address or an allocation.
#define _GNU_SOURCE
#include "CMaxMindDB.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int32_t fill(int descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -errno;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

int32_t skerry_location_open(const void *bytes, size_t count, MMDB_s *database) {
  int descriptor = memfd_create("skerry-location", MFD_CLOEXEC);
  if (descriptor < 0) return -errno;
  int32_t result = fill(descriptor, bytes, count);
  if (result == 0) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    memset(database, 0, sizeof *database);
    result = MMDB_open(path, MMDB_MODE_MMAP, database);
    if (result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR) result = -errno;
  }
  // The library has a mapping, which outlives the descriptor.
  close(descriptor);
  return result;
}

void skerry_location_close(MMDB_s *database) { MMDB_close(database); }

bool skerry_location_find(const MMDB_s *database, uint64_t high, uint64_t low, uint32_t *record) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address;
  memset(&address, 0, sizeof address);
  if (high == 0 && low >> 32 == 0xffff) {
    address.v4.sin_family = AF_INET;
    address.v4.sin_addr.s_addr = htonl((uint32_t)low);
  } else {
    address.v6.sin6_family = AF_INET6;
    for (int index = 0; index < 8; index++) {
      address.v6.sin6_addr.s6_addr[index] = (uint8_t)(high >> (56 - 8 * index));
      address.v6.sin6_addr.s6_addr[index + 8] = (uint8_t)(low >> (56 - 8 * index));
    }
  }
  int status = MMDB_SUCCESS;
  MMDB_lookup_result_s result = MMDB_lookup_sockaddr(database, &address.any, &status);
  *record = result.entry.offset;
  return status == MMDB_SUCCESS && result.found_entry;
}

static const char *const paths[][3] = {
    [SKERRY_LOCATION_COUNTRY] = {"country", "iso_code"},
    [SKERRY_LOCATION_COUNTRY_FLAT] = {"country_code"},
    [SKERRY_LOCATION_COUNTRY_SHORT] = {"country"},
    [SKERRY_LOCATION_CONTINENT] = {"continent", "code"},
    [SKERRY_LOCATION_CONTINENT_FLAT] = {"continent_code"},
    [SKERRY_LOCATION_CONTINENT_SHORT] = {"continent"},
    [SKERRY_LOCATION_SYSTEM] = {"autonomous_system_number"},
    [SKERRY_LOCATION_SYSTEM_SHORT] = {"asn"},
};

static bool find_field(const MMDB_s *database, uint32_t record, int32_t field,
                       MMDB_entry_data_s *found) {
  MMDB_entry_s entry = {database, record};
  return MMDB_aget_value(&entry, found, paths[field]) == MMDB_SUCCESS && found->has_data;
}

bool skerry_location_text(const MMDB_s *database, uint32_t record, int32_t field,
                          const uint8_t **text, size_t *count) {
  MMDB_entry_data_s found;
  if (!find_field(database, record, field, &found)) return false;
  if (found.type != MMDB_DATA_TYPE_UTF8_STRING) return false;
  *text = (const uint8_t *)found.utf8_string;
  *count = found.data_size;
  return true;
}

bool skerry_location_number(const MMDB_s *database, uint32_t record, int32_t field,
                            uint32_t *number) {
  MMDB_entry_data_s found;
  if (!find_field(database, record, field, &found)) return false;
  if (found.type == MMDB_DATA_TYPE_UINT32) {
    *number = found.uint32;
  } else if (found.type == MMDB_DATA_TYPE_UINT16) {
    *number = found.uint16;
  } else {
    return false;
  }
  return true;
}
