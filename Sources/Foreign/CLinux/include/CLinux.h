// Linux for Runtime: each function is one system call (or one instruction). Failures come back as
// the negated errno, so that no caller reads a thread-local afterwards.
#ifndef SKERRY_CLINUX_H
#define SKERRY_CLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Threads and the processor.
typedef void (*skerry_thread_main)(void *context);
// `cpu`: the only one it may run on, or -1.
int32_t skerry_thread_start(const char *name, int32_t cpu, skerry_thread_main main, void *context);
// The processors that the calling thread may run on, in order; how many.
int32_t skerry_allowed_cpus(int32_t *cpus, int32_t capacity);
// The CPU clock of the calling thread, which any thread may read; 0 if it has none.
int32_t skerry_thread_clock(void);
uint64_t skerry_clock_nanoseconds(int32_t clock);
int32_t skerry_thread_count(void);
uint64_t skerry_thread_cpu_nanoseconds(void);
uint64_t skerry_process_cpu_nanoseconds(void);
// Page faults of the calling thread that waited for a disk, since it asked last.
int64_t skerry_take_major_faults(void);
uint64_t skerry_monotonic_nanoseconds(void);
int64_t skerry_wall_seconds(void);
extern __thread void *skerry_current_loop;
static inline void *skerry_current(void) { return skerry_current_loop; }
static inline void skerry_set_current(void *loop) { skerry_current_loop = loop; }

// Time that a thread makes for itself; NULL: the system's. Each look at the counter takes `step`.
typedef struct {
  uint64_t nanoseconds;
  uint64_t step;
} skerry_virtual_time;
extern __thread skerry_virtual_time *skerry_own_time;
static inline void skerry_set_own_time(skerry_virtual_time *time) { skerry_own_time = time; }

static inline uint64_t skerry_ticks(void) {
  if (__builtin_expect(skerry_own_time != NULL, 0))
    return skerry_own_time->nanoseconds += skerry_own_time->step;
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t value;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return skerry_monotonic_nanoseconds();
#endif
}

// Swift's global executor: every job that is bound to no executor goes to `route`.
void skerry_route_global_jobs(void (*route)(void *job));

// A stack that many threads push to and one thread empties at once.
typedef struct { void *head; } skerry_stack;
void skerry_stack_push(skerry_stack *stack, void *node, void **link);
void *skerry_stack_take(skerry_stack *stack);
bool skerry_stack_is_empty(const skerry_stack *stack);

typedef struct { uint32_t value; } skerry_flag;
void skerry_flag_set(skerry_flag *flag, uint32_t value);
uint32_t skerry_flag_exchange(skerry_flag *flag, uint32_t value);
uint32_t skerry_flag_get(const skerry_flag *flag);

// epoll and eventfd.
#define SKERRY_READABLE 1u
#define SKERRY_WRITABLE 2u
#define SKERRY_HANGUP 4u
// With SKERRY_HANGUP: not only the peer's side has ended.
#define SKERRY_BROKEN 8u
typedef struct { void *owner; uint32_t readiness; } skerry_event;
int32_t skerry_epoll_create(void);
int32_t skerry_epoll_add(int32_t epoll, int32_t descriptor, void *owner);
int32_t skerry_epoll_remove(int32_t epoll, int32_t descriptor);
int32_t skerry_epoll_wait(int32_t epoll, skerry_event *events, int32_t capacity,
                          int64_t timeout_nanoseconds);
int32_t skerry_eventfd(void);
int32_t skerry_eventfd_signal(int32_t descriptor);
int32_t skerry_eventfd_clear(int32_t descriptor);

// Sockets. An address is 16 bytes (IPv4 as ::ffff:a.b.c.d), a port and the family 4 or 6;
// family 1 is a socket in the file system.
// `scope` is the interface of a link-local address where datagrams come from or go to; else 0.
typedef struct { uint8_t bytes[16]; uint16_t port; uint8_t family; uint32_t scope; } skerry_address;
typedef struct { const void *base; size_t count; } skerry_slice;
int32_t skerry_listen(const skerry_address *address, int32_t backlog, bool share_port);
int32_t skerry_listen_path(const char *path, int32_t backlog);
int32_t skerry_listen_reuse(int32_t descriptor, int32_t backlog);
// Of sockets that share a port, this one gets what that processor receives.
int32_t skerry_set_incoming_cpu(int32_t descriptor, int32_t cpu);
int32_t skerry_accept(int32_t listener, skerry_address *peer);
int32_t skerry_connect(const skerry_address *address);
int32_t skerry_connect_datagrams(const skerry_address *address);
int32_t skerry_connect_path(const char *path);
int32_t skerry_connect_result(int32_t descriptor);
int64_t skerry_round_trip(int32_t descriptor);
int32_t skerry_local_address(int32_t descriptor, skerry_address *address);
int64_t skerry_receive(int32_t descriptor, void *buffer, size_t count);
// Whether bytes, the peer's end or an error wait to be received; nothing is received.
bool skerry_has_input(int32_t descriptor);
// Bytes that were sent and that the peer's kernel has not taken; 0 if that can't be told.
int32_t skerry_unacknowledged(int32_t descriptor);
int64_t skerry_send(int32_t descriptor, const void *buffer, size_t count);
// The same, but waits a while for more to go with it.
int64_t skerry_send_more(int32_t descriptor, const void *buffer, size_t count);
int64_t skerry_send_slices(int32_t descriptor, const skerry_slice *slices, int32_t count);
// Sends from a file without copying. A memory file has no name and ends with its last reference; what a
// socket still has to send of it stays as it was.
int64_t skerry_send_file(int32_t descriptor, int32_t file, int64_t offset, size_t count);
int32_t skerry_memory_file(void);
int64_t skerry_write_at(int32_t file, const void *buffer, size_t count, int64_t offset);
// Maps the file for reading; NULL on failure.
void *skerry_map_file(int32_t file, size_t count);
void skerry_unmap(void *base, size_t count);
// Puts a file's mapping into huge pages as far as it has whole ones, so that a send has fewer pages to
// handle; does what the kernel allows. Takes about 0.3 ms per MiB.
void skerry_collapse(void *base, size_t count);
int32_t skerry_shutdown_write(int32_t descriptor);
int32_t skerry_close(int32_t descriptor);
int32_t skerry_reset_on_close(int32_t descriptor);
// Has a silent peer asked every so many seconds whether it still knows the connection.
int32_t skerry_probe_peer(int32_t descriptor, int32_t seconds);
int32_t skerry_keep_across_exec(int32_t descriptor, bool keep);
int32_t skerry_socket_pair(int32_t descriptors[2]);
int32_t skerry_resolve(const char *host, skerry_address *addresses, int32_t capacity);

// Datagrams, many per system call. A batch holds what was received and the replies to it; a reply leaves from
// the address that its message was sent to, if the socket is bound to every address.
typedef struct skerry_batch skerry_batch;
int32_t skerry_bind_datagrams(const skerry_address *address, int32_t buffer_bytes, bool share_port);
skerry_batch *skerry_batch_create(int32_t capacity, int32_t message_bytes, int32_t reply_bytes);
void skerry_batch_free(skerry_batch *batch);
int32_t skerry_batch_receive(skerry_batch *batch, int32_t descriptor);
// The bytes of a message; NULL if it was longer than there is room.
const uint8_t *skerry_batch_message(const skerry_batch *batch, int32_t index, int32_t *count);
void skerry_batch_peer(const skerry_batch *batch, int32_t index, skerry_address *peer);
// The address that the message was sent to; family 0 if the socket is bound to one.
void skerry_batch_local(const skerry_batch *batch, int32_t index, skerry_address *local);
uint8_t *skerry_batch_reply(skerry_batch *batch, int32_t slot);
void skerry_batch_answer(skerry_batch *batch, int32_t slot, int32_t index, int32_t count);
void skerry_batch_address(skerry_batch *batch, int32_t slot, const skerry_address *peer,
                          const skerry_address *local, int32_t count);
int32_t skerry_batch_send(skerry_batch *batch, int32_t descriptor, int32_t first, int32_t count);

// For command-line tools, which have no loop: waiting on one descriptor, and the terminal.
int32_t skerry_make_blocking(int32_t descriptor, int32_t timeout_seconds);
int32_t skerry_wait(int32_t descriptor, bool writable, int64_t timeout_milliseconds);
int64_t skerry_read(int32_t descriptor, void *buffer, size_t count);
bool skerry_is_terminal(int32_t descriptor);
int32_t skerry_terminal_size(int32_t descriptor, uint16_t *columns, uint16_t *rows);
int32_t skerry_terminal_by_key(int32_t descriptor);
int32_t skerry_terminal_restore(int32_t descriptor);

// Signals, taken by a descriptor: the signals stop reaching handlers.
int32_t skerry_signal_descriptor(const int32_t *signals, int32_t count);
int32_t skerry_read_signal(int32_t descriptor);
void skerry_ignore_broken_pipes(void);
int32_t skerry_raise_descriptor_limit(void);
int64_t skerry_descriptor_limit(void);

// Starts a program that inherits every descriptor that is kept across exec; its process id.
int32_t skerry_spawn(const char *path, char *const *arguments, char *const *environment);
int32_t skerry_process_id(void);
int32_t skerry_has_exited(int32_t process);
// Asks a process that was started to end, or ends it at once and takes its exit status.
void skerry_end_process(int32_t process, bool at_once);
int32_t skerry_pipe(int32_t descriptors[2]);
int64_t skerry_write(int32_t descriptor, const void *buffer, size_t count);
int64_t skerry_resident_bytes(void);

// The text of an errno; static storage.
const char *skerry_error_text(int32_t error);
#endif
