# What every system test uses: starting an edge, asking it, and saying what came out.
# shellcheck shell=bash
set -euo pipefail

host_port() { python3 -c 'import socket
s = [socket.socket() for _ in range(2)]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])'; }

# --- results --------------------------------------------------------------------------------------

# it NAME COMMAND...: one test. The command runs in a subshell that stops at its first failure; what
# it printed is shown only if it fails. `skip REASON` inside ends it as skipped.
it() {
  # Names that no test uses: a test sees its caller's variables.
  local it_name=$1 it_output it_status
  shift
  set +e
  it_output=$(
    set -e
    "$@" 2>&1
  )
  it_status=$?
  set -e
  case $it_status in
    0) printf 'ok %s\n' "$it_name" ;;
    77) printf 'skip %s # %s\n' "$it_name" "$(tail -n 1 <<<"$it_output")" ;;
    *)
      printf 'not ok %s\n' "$it_name"
      tail -n 30 <<<"$it_output" | cut -c 1-400 | sed 's/^/#   /'
      ;;
  esac
}

fail() {
  printf '%s\n' "$*"
  exit 1
}

skip() {
  printf '%s\n' "$*"
  exit 77
}

needs() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

equal() { [ "$1" = "$2" ] || fail "${3:-value}: expected '$2', got '$1'"; }
matches() { grep -Eiq -- "$2" <<<"$1" || fail "${3:-text}: no line matches /$2/ in:" "$1"; }
lacks() { ! grep -Eiq -- "$2" <<<"$1" || fail "${3:-text}: a line matches /$2/ in:" "$1"; }

# within SECONDS COMMAND...: until the command succeeds.
within() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || fail "not within the time: $*"
    sleep 0.1
  done
}

# --- the edge -------------------------------------------------------------------------------------

edge_log='' http_port='' https_port=''

# The process that serves; in a file, because a test may start another one in its subshell.
edge_pid() { cat "$TEST_DIRECTORY/edge.pid"; }

# Every process that was started for this edge's folder, also after an upgrade.
edge_processes() {
  local file pid arguments
  for file in /proc/[0-9]*/cmdline; do
    pid=${file#/proc/} pid=${pid%/cmdline}
    arguments=$(tr '\0' ' ' 2>/dev/null <"$file") || continue
    if [[ $arguments == *"skerry edge "*"--directory $TEST_DIRECTORY/"* ]]; then echo "$pid"; fi
  done
}

stop_everything() {
  local pid
  for pid in $(edge_processes); do kill -KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap stop_everything EXIT

# launch_edge [OPTION...]: starts the process; it need not come up.
launch_edge() {
  mkdir -p "$TEST_DIRECTORY/edge"
  edge_log=$TEST_DIRECTORY/edge.log
  if [ -z "$http_port" ]; then read -r http_port https_port < <(host_port); fi
  export SKERRY_CONTROL=$TEST_DIRECTORY/edge/control.sock
  "$SKERRY" edge --directory "$TEST_DIRECTORY/edge" --http "127.0.0.1:$http_port" \
    --https "127.0.0.1:$https_port" --control "$SKERRY_CONTROL" "$@" >>"$edge_log" 2>&1 &
  echo $! >"$TEST_DIRECTORY/edge.pid"
}

# Ended, or a zombie that its shell has not asked for yet.
ended() { [ ! -d "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }

edge_answers() { "$SKERRY" status >/dev/null 2>&1; }

# start_edge [OPTION...]: starts it and waits until it answers on its control socket.
start_edge() {
  local tenths
  launch_edge "$@"
  for ((tenths = 0; tenths < 100; tenths++)); do
    if edge_answers; then return; fi
    if ended "$(edge_pid)"; then break; fi
    sleep 0.1
  done
  echo "not ok the edge comes up"
  tail -n 20 "$edge_log" | sed 's/^/#   /'
  [ "$BASH_SUBSHELL" = 0 ] || exit 1
  exit 0
}

# stop_edge [SIGNAL]: ends it and waits for it; returns its exit status where this shell started it.
stop_edge() {
  local pid status=0
  pid=$(edge_pid)
  kill "-${1:-TERM}" "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || status=$?
  within 30 ended "$pid"
  [ "$status" != 127 ] || status=0
  return "$status"
}

# add_zone DOMAIN ORIGIN CERTIFICATE [HOST...]: a zone that names itself in X-Zone (without .test).
add_zone() {
  local domain=$1 origin=$2 certificate=$3 host options=()
  shift 3
  for host in "$@"; do options+=(--hostname "$host"); done
  "$SKERRY" zone add "$domain" --origin "$origin" "${options[@]}" \
    --certificate "$CERTIFICATES/$certificate.pem" --key "$CERTIFICATES/$certificate.key" >/dev/null
  "$SKERRY" zone set "$domain" --response-field "X-Zone=${domain%.test}" >/dev/null
}

# alpha and gamma: the origin that misbehaves on demand; beta: nginx. One certificate names alpha and
# beta, so that a browser may send both over one connection; gamma has its own.
add_standard_zones() {
  add_zone alpha.test "http://127.0.0.1:$ORIGIN_PORT" both
  add_zone beta.test "http://127.0.0.1:$NGINX_PORT" both
  add_zone gamma.test "http://127.0.0.1:$ORIGIN_PORT" gamma
}

# --- clients --------------------------------------------------------------------------------------

client() { python3 "$SYSTEM_DIRECTORY/client.py" "$@"; }
uploads() { python3 "$SYSTEM_DIRECTORY/uploads.py" "$@"; }

# http HOST PATH [CURL OPTION...] and https HOST PATH [CURL OPTION...]
http() {
  local host=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 60 --resolve "$host:$http_port:127.0.0.1" "$@" \
    "http://$host:$http_port$path"
}

https() {
  local host=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 60 --resolve "$host:$https_port:127.0.0.1" \
    --cacert "$CERTIFICATES/ca.pem" "$@" "https://$host:$https_port$path"
}

# The head of the response to a GET; its body goes nowhere.
http_head() { http "$@" --dump-header - --output /dev/null; }
https_head() { https "$@" --dump-header - --output /dev/null; }
http_status() { http "$@" --output /dev/null --write-out '%{http_code}'; }
https_status() { https "$@" --output /dev/null --write-out '%{http_code}'; }

# What the origin recorded.
origin() { curl --silent --show-error --max-time 30 "http://127.0.0.1:$ORIGIN_PORT/_origin/$1"; }
origin_count() { origin "count?path=$1"; }
counted() { [ "$(origin_count "$1")" = "$2" ]; }

# in_flight COUNT: so many requests are in flight.
in_flight() {
  [ "$("$SKERRY" top --once --json | python3 -c 'import json, sys
print(sum(zone["inFlight"] for zone in json.load(sys.stdin)["zones"]))')" = "$1" ]
}

# The largest resident memory of the edge since the last call of forget_peak, in KiB.
forget_peak() { echo 5 >"/proc/$(edge_pid)/clear_refs"; }
peak_kib() { awk '/^VmHWM/ { print $2 }' "/proc/$(edge_pid)/status"; }
