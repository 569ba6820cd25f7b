// Datagrams in batches: one system call for many. See CLinux.h.
#define _GNU_SOURCE
#include "CLinux.h"
#include "Result.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union { struct sockaddr any; struct sockaddr_in in; struct sockaddr_in6 in6; } native;

// Room for one in_pktinfo or in6_pktinfo.
typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
} control;

struct skerry_batch {
  int32_t capacity, message_bytes, reply_bytes;
  struct mmsghdr *incoming, *outgoing;
  struct iovec *message_slices, *reply_slices;
  native *peers, *targets;
  control *locals, *sources;
  uint8_t *messages, *replies;
};

static socklen_t to_native(const skerry_address *address, native *result) {
  memset(result, 0, sizeof *result);
  if (address->family == 4) {
    result->in.sin_family = AF_INET;
    result->in.sin_port = htons(address->port);
    memcpy(&result->in.sin_addr, address->bytes + 12, 4);
    return sizeof result->in;
  }
  result->in6.sin6_family = AF_INET6;
  result->in6.sin6_port = htons(address->port);
  memcpy(&result->in6.sin6_addr, address->bytes, 16);
  result->in6.sin6_scope_id = address->scope;
  return sizeof result->in6;
}

static void put_ipv4(skerry_address *address, const void *four) {
  memset(address->bytes, 0, 10);
  address->bytes[10] = address->bytes[11] = 0xff;
  memcpy(address->bytes + 12, four, 4);
  address->family = 4;
}

static int32_t fail(int32_t descriptor) {
  int error = errno;
  close(descriptor);
  return -error;
}

int32_t skerry_connect_datagrams(const skerry_address *address) {
  native raw;
  socklen_t length = to_native(address, &raw);
  int32_t s = socket(raw.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  if (connect(s, &raw.any, length) < 0) return fail(s);
  return s;
}

int32_t skerry_bind_datagrams(const skerry_address *address, int32_t buffer_bytes, bool share_port) {
  native raw;
  socklen_t length = to_native(address, &raw);
  bool is_v4 = raw.any.sa_family == AF_INET;
  int32_t s = socket(raw.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  int on = 1;
  if (share_port && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) return fail(s);
  if (!is_v4) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  setsockopt(s, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  // Forged "fragmentation needed" must not make us send fragments.
  int omit = IP_PMTUDISC_OMIT, omit6 = IPV6_PMTUDISC_OMIT;
  if (is_v4) setsockopt(s, IPPROTO_IP, IP_MTU_DISCOVER, &omit, sizeof omit);
  else setsockopt(s, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &omit6, sizeof omit6);
  static const uint8_t any[16];
  bool is_any = !memcmp(address->bytes + (is_v4 ? 12 : 0), any, is_v4 ? 4 : 16);
  if (is_any) {
    int asked = is_v4 ? setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, sizeof on)
                      : setsockopt(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    if (asked < 0) return fail(s);
  }
  if (bind(s, &raw.any, length) < 0) return fail(s);
  return s;
}

skerry_batch *skerry_batch_create(int32_t capacity, int32_t message_bytes, int32_t reply_bytes) {
  skerry_batch *batch = calloc(1, sizeof *batch);
  if (!batch) return NULL;
  size_t n = (size_t)capacity;
  *batch = (skerry_batch){.capacity = capacity, .message_bytes = message_bytes, .reply_bytes = reply_bytes};
  batch->incoming = calloc(n, sizeof *batch->incoming);
  batch->outgoing = calloc(n, sizeof *batch->outgoing);
  batch->message_slices = calloc(n, sizeof *batch->message_slices);
  batch->reply_slices = calloc(n, sizeof *batch->reply_slices);
  batch->peers = calloc(n, sizeof *batch->peers);
  batch->targets = calloc(n, sizeof *batch->targets);
  batch->locals = calloc(n, sizeof *batch->locals);
  batch->sources = calloc(n, sizeof *batch->sources);
  batch->messages = calloc(n, (size_t)message_bytes);
  batch->replies = calloc(n, (size_t)reply_bytes);
  if (!batch->incoming || !batch->outgoing || !batch->message_slices || !batch->reply_slices || !batch->peers
      || !batch->targets || !batch->locals || !batch->sources || !batch->messages || !batch->replies) {
    skerry_batch_free(batch);
    return NULL;
  }
  for (int32_t i = 0; i < capacity; i++) {
    batch->message_slices[i] = (struct iovec){batch->messages + (size_t)i * (size_t)message_bytes, (size_t)message_bytes};
    batch->reply_slices[i].iov_base = batch->replies + (size_t)i * (size_t)reply_bytes;
    batch->incoming[i].msg_hdr = (struct msghdr){
      .msg_name = &batch->peers[i], .msg_iov = &batch->message_slices[i], .msg_iovlen = 1,
      .msg_control = &batch->locals[i]};
    batch->outgoing[i].msg_hdr = (struct msghdr){.msg_iov = &batch->reply_slices[i], .msg_iovlen = 1};
  }
  return batch;
}

void skerry_batch_free(skerry_batch *batch) {
  free(batch->incoming);
  free(batch->outgoing);
  free(batch->message_slices);
  free(batch->reply_slices);
  free(batch->peers);
  free(batch->targets);
  free(batch->locals);
  free(batch->sources);
  free(batch->messages);
  free(batch->replies);
  free(batch);
}

int32_t skerry_batch_receive(skerry_batch *batch, int32_t descriptor) {
  for (int32_t i = 0; i < batch->capacity; i++) {
    batch->incoming[i].msg_hdr.msg_namelen = sizeof(native);
    batch->incoming[i].msg_hdr.msg_controllen = sizeof(control);
  }
  return RESULT(recvmmsg(descriptor, batch->incoming, (unsigned)batch->capacity, MSG_DONTWAIT, NULL));
}

const uint8_t *skerry_batch_message(const skerry_batch *batch, int32_t index, int32_t *count) {
  const struct mmsghdr *message = &batch->incoming[index];
  *count = (int32_t)message->msg_len;
  return message->msg_hdr.msg_flags & MSG_TRUNC ? NULL : message->msg_hdr.msg_iov->iov_base;
}

void skerry_batch_peer(const skerry_batch *batch, int32_t index, skerry_address *peer) {
  const native *raw = &batch->peers[index];
  if (raw->any.sa_family == AF_INET) {
    put_ipv4(peer, &raw->in.sin_addr);
    peer->port = ntohs(raw->in.sin_port);
  } else {
    memcpy(peer->bytes, &raw->in6.sin6_addr, 16);
    peer->family = 6;
    peer->port = ntohs(raw->in6.sin6_port);
    peer->scope = raw->in6.sin6_scope_id;
  }
}

void skerry_batch_local(const skerry_batch *batch, int32_t index, skerry_address *local) {
  struct msghdr *header = &batch->incoming[index].msg_hdr;
  *local = (skerry_address){.family = 0};
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      put_ipv4(local, &((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_spec_dst);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      memcpy(local->bytes, &((struct in6_pktinfo *)(void *)CMSG_DATA(c))->ipi6_addr, 16);
      local->family = 6;
    }
  }
}

uint8_t *skerry_batch_reply(skerry_batch *batch, int32_t slot) {
  return batch->replies + (size_t)slot * (size_t)batch->reply_bytes;
}

// The source of a reply; the route chooses the interface.
static void set_source(struct msghdr *header, control *source, const skerry_address *local) {
  memset(source, 0, sizeof *source);
  header->msg_control = source;
  if (local->family == 4) {
    source->header = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(&((struct in_pktinfo *)(void *)CMSG_DATA(&source->header))->ipi_spec_dst, local->bytes + 12, 4);
    header->msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
  } else {
    source->header = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo)), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    memcpy(&((struct in6_pktinfo *)(void *)CMSG_DATA(&source->header))->ipi6_addr, local->bytes, 16);
    header->msg_controllen = CMSG_SPACE(sizeof(struct in6_pktinfo));
  }
}

void skerry_batch_answer(skerry_batch *batch, int32_t slot, int32_t index, int32_t count) {
  struct msghdr *header = &batch->outgoing[slot].msg_hdr;
  header->msg_name = &batch->peers[index];
  header->msg_namelen = batch->incoming[index].msg_hdr.msg_namelen;
  header->msg_iov->iov_len = (size_t)count;
  header->msg_control = NULL;
  header->msg_controllen = 0;
  if (!batch->incoming[index].msg_hdr.msg_controllen) return;
  skerry_address local;
  skerry_batch_local(batch, index, &local);
  if (local.family) set_source(header, &batch->sources[slot], &local);
}

void skerry_batch_address(skerry_batch *batch, int32_t slot, const skerry_address *peer,
                          const skerry_address *local, int32_t count) {
  struct msghdr *header = &batch->outgoing[slot].msg_hdr;
  header->msg_name = &batch->targets[slot];
  header->msg_namelen = to_native(peer, &batch->targets[slot]);
  header->msg_iov->iov_len = (size_t)count;
  header->msg_control = NULL;
  header->msg_controllen = 0;
  if (local->family) set_source(header, &batch->sources[slot], local);
}

int32_t skerry_batch_send(skerry_batch *batch, int32_t descriptor, int32_t first, int32_t count) {
  return RESULT(sendmmsg(descriptor, batch->outgoing + first, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL));
}
