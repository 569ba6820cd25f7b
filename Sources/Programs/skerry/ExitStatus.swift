// How a command tells its caller what became of it.

/// The exit statuses of all commands.
enum ExitStatus: Int32 {
  case done = 0
  case refused = 1
  case usage = 2
  case unreachable = 3
  /// Control-C in a live view; what a shell makes of SIGINT.
  case interrupted = 130
}
