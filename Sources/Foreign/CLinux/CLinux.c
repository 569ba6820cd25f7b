// One system call per function; no logic beyond filling structures. See CLinux.h.
#define _GNU_SOURCE
#include "CLinux.h"
#include "Result.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <linux/sockios.h>

// MARK: threads

struct start { skerry_thread_main main; void *context; char name[16]; };

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), start.name);
  start.main(start.context);
  return NULL;
}

int32_t skerry_thread_start(const char *name, int32_t cpu, skerry_thread_main main, void *context) {
  struct start *start = malloc(sizeof *start);
  if (!start) return -ENOMEM;
  *start = (struct start){.main = main, .context = context};
  strncpy(start->name, name, sizeof start->name - 1);
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 2 << 20);
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu >= 0) CPU_SET(cpu, &set);
  int error = cpu >= 0 ? pthread_attr_setaffinity_np(&attributes, sizeof set, &set) : 0;
  // Signals are the main thread's: a handler on a loop would hold up its tenants.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (!error) error = pthread_create(&thread, &attributes, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (error) free(start);
  return -error;
}

int32_t skerry_allowed_cpus(int32_t *cpus, int32_t capacity) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0) return -errno;
  int32_t count = 0;
  for (int32_t cpu = 0; cpu < CPU_SETSIZE && count < capacity; cpu++)
    if (CPU_ISSET(cpu, &set)) cpus[count++] = cpu;
  return count;
}

int32_t skerry_thread_count(void) {
  DIR *directory = opendir("/proc/self/task");
  if (!directory) return -errno;
  int32_t count = 0;
  for (struct dirent *entry; (entry = readdir(directory));)
    if (entry->d_name[0] != '.') count++;
  closedir(directory);
  return count;
}

static uint64_t clock_nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int32_t skerry_thread_clock(void) {
  clockid_t clock = 0;
  return pthread_getcpuclockid(pthread_self(), &clock) ? 0 : clock;
}
uint64_t skerry_clock_nanoseconds(int32_t clock) { return clock_nanoseconds(clock); }
uint64_t skerry_thread_cpu_nanoseconds(void) {
  return skerry_own_time ? skerry_own_time->nanoseconds : clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}
uint64_t skerry_process_cpu_nanoseconds(void) { return clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

int64_t skerry_take_major_faults(void) {
  static __thread long told;
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage)) return 0;
  long faults = usage.ru_majflt - told;
  told = usage.ru_majflt;
  return faults;
}

uint64_t skerry_monotonic_nanoseconds(void) {
  return skerry_own_time ? skerry_own_time->nanoseconds : clock_nanoseconds(CLOCK_MONOTONIC);
}
int64_t skerry_wall_seconds(void) {
  return (skerry_own_time ? skerry_own_time->nanoseconds : clock_nanoseconds(CLOCK_REALTIME)) /
         1000000000u;
}

__thread void *skerry_current_loop;
__thread skerry_virtual_time *skerry_own_time;

// MARK: Swift's global executor

// The runtime's own hook (swift/Runtime/Concurrency.h); called with Swift's calling convention.
typedef __attribute__((swiftcall)) void (*enqueue_original)(void *job);
extern __attribute__((swiftcall)) void (*swift_task_enqueueGlobal_hook)(
    void *job, enqueue_original original);

// Set before the first loop runs. Tests have several groups of loops, each of which sets it again.
static void (*route_job)(void *job);

static __attribute__((swiftcall)) void route_hook(void *job, enqueue_original original) {
  (void)original;
  __atomic_load_n(&route_job, __ATOMIC_RELAXED)(job);
}

void skerry_route_global_jobs(void (*route)(void *job)) {
  __atomic_store_n(&route_job, route, __ATOMIC_RELAXED);
  __atomic_store_n(&swift_task_enqueueGlobal_hook, route_hook, __ATOMIC_RELEASE);
}

// MARK: atomics

void skerry_stack_push(skerry_stack *stack, void *node, void **link) {
  void *head = __atomic_load_n(&stack->head, __ATOMIC_RELAXED);
  do *link = head;
  while (!__atomic_compare_exchange_n(&stack->head, &head, node, true, __ATOMIC_SEQ_CST,
                                      __ATOMIC_RELAXED));
}
void *skerry_stack_take(skerry_stack *stack) {
  if (!__atomic_load_n(&stack->head, __ATOMIC_RELAXED)) return NULL;
  return __atomic_exchange_n(&stack->head, NULL, __ATOMIC_ACQUIRE);
}
bool skerry_stack_is_empty(const skerry_stack *stack) {
  return !__atomic_load_n(&stack->head, __ATOMIC_SEQ_CST);
}
void skerry_flag_set(skerry_flag *flag, uint32_t value) {
  __atomic_store_n(&flag->value, value, __ATOMIC_SEQ_CST);
}
uint32_t skerry_flag_exchange(skerry_flag *flag, uint32_t value) {
  return __atomic_exchange_n(&flag->value, value, __ATOMIC_SEQ_CST);
}
uint32_t skerry_flag_get(const skerry_flag *flag) {
  return __atomic_load_n(&flag->value, __ATOMIC_SEQ_CST);
}

// MARK: epoll

int32_t skerry_epoll_create(void) { return RESULT(epoll_create1(EPOLL_CLOEXEC)); }

int32_t skerry_epoll_add(int32_t epoll, int32_t descriptor, void *owner) {
  struct epoll_event event = {
    .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
  return RESULT(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

int32_t skerry_epoll_remove(int32_t epoll, int32_t descriptor) {
  return RESULT(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

int32_t skerry_epoll_wait(int32_t epoll, skerry_event *events, int32_t capacity,
                          int64_t timeout_nanoseconds) {
  struct epoll_event raw[256];
  if (capacity > 256) capacity = 256;
  int64_t milliseconds = timeout_nanoseconds < 0 ? -1 : (timeout_nanoseconds + 999999) / 1000000;
  if (milliseconds > 1000000) milliseconds = 1000000;
#ifdef SYS_epoll_wait
  int32_t count = (int32_t)RAW(epoll_wait, SYS_epoll_wait, epoll, raw, capacity, (int)milliseconds);
#else
  int32_t count = RESULT(epoll_wait(epoll, raw, capacity, (int)milliseconds));
#endif
  if (count < 0) return count;
  for (int32_t i = 0; i < count; i++) {
    events[i].owner = raw[i].data.ptr;
    events[i].readiness = (raw[i].events & (EPOLLIN | EPOLLPRI) ? SKERRY_READABLE : 0)
      | (raw[i].events & EPOLLOUT ? SKERRY_WRITABLE : 0)
      | (raw[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) ? SKERRY_HANGUP : 0)
      | (raw[i].events & (EPOLLHUP | EPOLLERR) ? SKERRY_BROKEN : 0);
  }
  return count;
}

int32_t skerry_eventfd(void) { return RESULT(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
int32_t skerry_eventfd_signal(int32_t descriptor) {
  uint64_t one = 1;
  return (int32_t)RESULT(write(descriptor, &one, sizeof one));
}
int32_t skerry_eventfd_clear(int32_t descriptor) {
  uint64_t count;
  return (int32_t)RESULT(read(descriptor, &count, sizeof count));
}

// MARK: sockets

static socklen_t to_native(const skerry_address *address, struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  if (address->family == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)storage;
    in->sin_family = AF_INET;
    in->sin_port = htons(address->port);
    memcpy(&in->sin_addr, address->bytes + 12, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(address->port);
  memcpy(&in6->sin6_addr, address->bytes, 16);
  return sizeof *in6;
}

static void from_native(const struct sockaddr_storage *storage, skerry_address *address) {
  memset(address, 0, sizeof *address);
  if (storage->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)storage;
    address->family = 4;
    address->port = ntohs(in->sin_port);
    address->bytes[10] = address->bytes[11] = 0xff;
    memcpy(address->bytes + 12, &in->sin_addr, 4);
  } else if (storage->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;
    address->family = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) ? 4 : 6;
    address->port = ntohs(in6->sin6_port);
    memcpy(address->bytes, &in6->sin6_addr, 16);
  } else {
    address->family = 1;
  }
}

static int32_t fail(int32_t descriptor) {
  int error = errno;
  close(descriptor);
  return -error;
}

int32_t skerry_listen(const skerry_address *address, int32_t backlog, bool share_port) {
  struct sockaddr_storage storage;
  socklen_t length = to_native(address, &storage);
  int32_t s = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  int on = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share_port && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) return fail(s);
  if (storage.ss_family == AF_INET6) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  // Accepted sockets inherit it: no segment waits for more to come.
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(s, (struct sockaddr *)&storage, length) < 0) return fail(s);
  if (listen(s, backlog) < 0) return fail(s);
  return s;
}

int32_t skerry_set_incoming_cpu(int32_t descriptor, int32_t cpu) {
  return RESULT(setsockopt(descriptor, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof cpu));
}

int32_t skerry_listen_path(const char *path, int32_t backlog) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int32_t s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  unlink(path);
  mode_t mask = umask(0177);
  int bound = bind(s, (struct sockaddr *)&address, sizeof address);
  umask(mask);
  if (bound < 0) return fail(s);
  if (listen(s, backlog) < 0) return fail(s);
  return s;
}

int32_t skerry_listen_reuse(int32_t descriptor, int32_t backlog) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  return RESULT(listen(descriptor, backlog));
}

int32_t skerry_accept(int32_t listener, skerry_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  storage.ss_family = 0;
  int32_t s = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (s < 0) return -errno;
  from_native(&storage, peer);
  return s;
}

int32_t skerry_connect(const skerry_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = to_native(address, &storage);
  int32_t s = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  int on = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(s, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) return fail(s);
  return s;
}

int32_t skerry_connect_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int32_t s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) return -errno;
  if (connect(s, (struct sockaddr *)&address, sizeof address) < 0) return fail(s);
  return s;
}

int32_t skerry_connect_result(int32_t descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return -error;
}

int64_t skerry_round_trip(int32_t descriptor) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return -errno;
  return (int64_t)info.tcpi_rtt * 1000;
}

int32_t skerry_local_address(int32_t descriptor, skerry_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  storage.ss_family = 0;
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
  from_native(&storage, address);
  return 0;
}

int64_t skerry_receive(int32_t descriptor, void *buffer, size_t count) {
  return RAW(recvfrom, SYS_recvfrom, descriptor, buffer, count, 0, NULL, NULL);
}

bool skerry_has_input(int32_t descriptor) {
  char byte;
  return recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0
    || (errno != EAGAIN && errno != EINTR);
}

int32_t skerry_unacknowledged(int32_t descriptor) {
  int count = 0;
  return ioctl(descriptor, SIOCOUTQ, &count) < 0 ? 0 : count;
}

int64_t skerry_send(int32_t descriptor, const void *buffer, size_t count) {
  return RAW(sendto, SYS_sendto, descriptor, buffer, count, MSG_NOSIGNAL, NULL, 0);
}

int64_t skerry_send_slices(int32_t descriptor, const skerry_slice *slices, int32_t count) {
  struct msghdr message = {
    .msg_iov = (struct iovec *)slices, .msg_iovlen = (size_t)count};
  _Static_assert(sizeof(skerry_slice) == sizeof(struct iovec), "a slice is an iovec");
  return RAW(sendmsg, SYS_sendmsg, descriptor, &message, MSG_NOSIGNAL);
}

int32_t skerry_shutdown_write(int32_t descriptor) { return RESULT(shutdown(descriptor, SHUT_WR)); }
int32_t skerry_close(int32_t descriptor) { return RESULT(close(descriptor)); }

int32_t skerry_reset_on_close(int32_t descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return RESULT(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int32_t skerry_probe_peer(int32_t descriptor, int32_t seconds) {
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
  return RESULT(setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
}

int32_t skerry_keep_across_exec(int32_t descriptor, bool keep) {
  return RESULT(fcntl(descriptor, F_SETFD, keep ? 0 : FD_CLOEXEC));
}

int32_t skerry_socket_pair(int32_t descriptors[2]) {
  return RESULT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, descriptors));
}

int32_t skerry_resolve(const char *host, skerry_address *addresses, int32_t capacity) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  int error = getaddrinfo(host, NULL, &hints, &list);
  if (error) return error == EAI_SYSTEM ? -errno : -10000 + error;
  int32_t count = 0;
  for (struct addrinfo *entry = list; entry && count < capacity; entry = entry->ai_next) {
    struct sockaddr_storage storage = {0};
    memcpy(&storage, entry->ai_addr, entry->ai_addrlen);
    from_native(&storage, &addresses[count++]);
  }
  freeaddrinfo(list);
  return count;
}

// MARK: signals

int32_t skerry_signal_descriptor(const int32_t *signals, int32_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (int32_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error) return -error;
  return RESULT(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

int32_t skerry_read_signal(int32_t descriptor) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  return count == (ssize_t)sizeof info ? (int32_t)info.ssi_signo : count < 0 ? -errno : 0;
}

void skerry_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

int32_t skerry_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int32_t)limit.rlim_cur;
}

int32_t skerry_spawn(const char *path, char *const *arguments, char *const *environment) {
  pid_t process;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // The new program starts with no signal blocked.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  int error = posix_spawn(&process, path, NULL, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  return error ? -error : process;
}

int32_t skerry_process_id(void) { return getpid(); }

int32_t skerry_has_exited(int32_t process) {
  int status;
  pid_t result = waitpid(process, &status, WNOHANG);
  return result == process || (result < 0 && errno == ECHILD);
}

void skerry_end_process(int32_t process, bool at_once) {
  if (process <= 0) return;
  kill(process, at_once ? SIGKILL : SIGTERM);
  int status;
  while (at_once && waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
}

int32_t skerry_pipe(int32_t descriptors[2]) { return RESULT(pipe2(descriptors, O_CLOEXEC | O_NONBLOCK)); }
int64_t skerry_write(int32_t descriptor, const void *buffer, size_t count) {
  return RESULT(write(descriptor, buffer, count));
}

int64_t skerry_resident_bytes(void) {
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -errno;
  char text[128];
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return 0;
  text[count] = 0;
  long total, resident;
  if (sscanf(text, "%ld %ld", &total, &resident) != 2) return 0;
  return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

const char *skerry_error_text(int32_t error) {
  const char *text = strerrordesc_np(error);
  return text ? text : "unknown error";
}
