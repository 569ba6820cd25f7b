// libmaxminddb (Debian's libmaxminddb-dev) for System/Location; nothing else may import it.
#ifndef SKERRY_CMAXMINDDB_H
#define SKERRY_CMAXMINDDB_H

#include <maxminddb.h>
#include <stddef.h>
#include <stdint.h>

/// What is asked of a record. Databases call one thing by several names.
enum {
  /// country.iso_code, country_code, country
  SKERRY_LOCATION_COUNTRY = 0,
  SKERRY_LOCATION_COUNTRY_FLAT = 1,
  SKERRY_LOCATION_COUNTRY_SHORT = 2,
  /// continent.code, continent_code, continent
  SKERRY_LOCATION_CONTINENT = 3,
  SKERRY_LOCATION_CONTINENT_FLAT = 4,
  SKERRY_LOCATION_CONTINENT_SHORT = 5,
  /// autonomous_system_number (a number), asn (a text)
  SKERRY_LOCATION_SYSTEM = 6,
  SKERRY_LOCATION_SYSTEM_SHORT = 7,
};

/// Opens a copy of `count` bytes, in memory that no file can take away. Returns 0, the library's code,
/// or -errno; only what was opened may be closed.
int32_t skerry_location_open(const void *bytes, size_t count, MMDB_s *database);

void skerry_location_close(MMDB_s *database);

/// Looks up an IPv6 address, or an IPv4 one as `::ffff:a.b.c.d`. Whether there is a record, and where in
/// the data section.
bool skerry_location_find(const MMDB_s *database, uint64_t high, uint64_t low, uint32_t *record);

/// Whether the field of the record at an offset is a text, and which; it lies in the database.
bool skerry_location_text(const MMDB_s *database, uint32_t record, int32_t field,
                          const uint8_t **text, size_t *count);

/// Whether the field of the record at an offset is a number, and which.
bool skerry_location_number(const MMDB_s *database, uint32_t record, int32_t field,
                            uint32_t *number);

#endif
