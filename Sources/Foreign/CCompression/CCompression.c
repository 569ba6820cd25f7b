// ISA-L's stream as an opaque state: its macros, and a call with the fields that it is made of.
#include "CCompression.h"
#include <isa-l/igzip_lib.h>

size_t skerry_gzip_state_bytes(void) { return sizeof(struct isal_zstream); }

size_t skerry_gzip_level_bytes(int level) {
  return level == 1 ? ISAL_DEF_LVL1_SMALL : level == 2 ? ISAL_DEF_LVL2_SMALL : ISAL_DEF_LVL3_SMALL;
}

void skerry_gzip_begin(void *state, int level, void *buffer, size_t buffer_bytes) {
  struct isal_zstream *stream = state;
  isal_deflate_init(stream);
  stream->gzip_flag = IGZIP_GZIP;
  stream->level = (uint32_t)level;
  stream->level_buf = buffer;
  stream->level_buf_size = (uint32_t)buffer_bytes;
}

int skerry_gzip_encode(void *state, int operation, const uint8_t **input, size_t *input_bytes,
                       uint8_t **output, size_t *output_bytes) {
  struct isal_zstream *stream = state;
  stream->next_in = (uint8_t *)*input;
  stream->avail_in = (uint32_t)*input_bytes;
  stream->next_out = *output;
  stream->avail_out = (uint32_t)*output_bytes;
  stream->flush = operation == SKERRY_ENCODE_FLUSH ? SYNC_FLUSH : NO_FLUSH;
  stream->end_of_stream = operation == SKERRY_ENCODE_FINISH;
  int result = isal_deflate(stream);
  *input = stream->next_in;
  *input_bytes = stream->avail_in;
  *output = stream->next_out;
  *output_bytes = stream->avail_out;
  if (result != COMP_OK) return result;
  if (operation == SKERRY_ENCODE_FINISH) return stream->internal_state.state == ZSTATE_END;
  return stream->avail_in == 0 && stream->avail_out > 0;
}
