// What command-line tools need: blocking calls, and the terminal. See CLinux.h.
#define _GNU_SOURCE
#include "CLinux.h"
#include "Result.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

int32_t skerry_make_blocking(int32_t descriptor, int32_t timeout_seconds) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0) return -errno;
  struct timeval timeout = {.tv_sec = timeout_seconds};
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0) return -errno;
  return RESULT(setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout));
}

int32_t skerry_wait(int32_t descriptor, bool writable, int64_t timeout_milliseconds) {
  struct pollfd watched = {.fd = descriptor, .events = writable ? POLLOUT : POLLIN};
  return RESULT(poll(&watched, 1, (int)timeout_milliseconds));
}

int64_t skerry_read(int32_t descriptor, void *buffer, size_t count) {
  return RESULT(read(descriptor, buffer, count));
}

bool skerry_is_terminal(int32_t descriptor) { return isatty(descriptor) == 1; }

int32_t skerry_terminal_size(int32_t descriptor, uint16_t *columns, uint16_t *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

static struct termios usual_settings;
static bool has_usual_settings;

int32_t skerry_terminal_by_key(int32_t descriptor) {
  if (tcgetattr(descriptor, &usual_settings) < 0) return -errno;
  has_usual_settings = true;
  struct termios settings = usual_settings;
  settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return RESULT(tcsetattr(descriptor, TCSANOW, &settings));
}

int32_t skerry_terminal_restore(int32_t descriptor) {
  return has_usual_settings ? RESULT(tcsetattr(descriptor, TCSANOW, &usual_settings)) : 0;
}
