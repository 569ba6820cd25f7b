# An edge with little memory, an origin, and an object store that fails on demand: for the tests of the reserve.
# shellcheck shell=bash
set -euo pipefail
source "$SYSTEM_DIRECTORY/harness.sh"

store_pids=()
finish() {
  local pid
  for pid in "${store_pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  stop_everything
}
trap finish EXIT

# shellcheck source=stores.sh
source "$SYSTEM_DIRECTORY/stores.sh"
python3 "$SYSTEM_DIRECTORY/disk.py" origin "$TEST_DIRECTORY/port" 2>/dev/null &
store_pids+=($!)
within 10 test -s "$TEST_DIRECTORY/port"
origin_port=$(<"$TEST_DIRECTORY/port")

if ! start_store; then
  it "an object store answers" skip "neither OpenStack Swift nor moto is installed (./dev setup --tests)"
  exit 0
fi
mode() { echo "$1" >"$TEST_DIRECTORY/mode"; }
mode pass
python3 "$SYSTEM_DIRECTORY/reserve.py" proxy "$TEST_DIRECTORY/proxy" "$store_port" "$TEST_DIRECTORY/mode" &
store_pids+=($!)
within 10 test -s "$TEST_DIRECTORY/proxy"
proxy_port=$(<"$TEST_DIRECTORY/proxy")

printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$store_key" "$store_secret" \
  >"$TEST_DIRECTORY/credentials"

# start [OPTION...]: an edge with little memory, no disk, and the reserve.
start() {
  start_edge --ram-mb 2 --cpus 0 --reserve-endpoint "http://127.0.0.1:$proxy_port" --reserve-bucket shelf \
    --reserve-credentials "$TEST_DIRECTORY/credentials" --reserve-wait-ms 2000 "$@"
}

# again [OPTION...]: the edge anew, with nothing in memory and on disk.
again() {
  mode pass
  stop_edge || true
  rm -rf "$TEST_DIRECTORY/edge/cache"
  start "$@"
}

start
"$SKERRY" zone add disk.test --origin "http://127.0.0.1:$origin_port" >/dev/null
"$SKERRY" zone set disk.test --set cache.reserve.enabled=true --set cache.serverTiming=true \
  --set 'cache.rules=[{"paths": ["/o/f*"], "reserve": {"enabled": false}}, {"paths": ["/o/crowd*"], "reserve": {"when": "stored"}}]' >/dev/null

at() {
  local path=$1
  shift
  curl --silent --show-error --max-time 30 --header 'Host: disk.test' "http://127.0.0.1:$http_port$path" "$@"
}
get() { python3 "$SYSTEM_DIRECTORY/disk.py" get "$http_port" disk.test "$@"; }
asked() { curl --silent --max-time 10 "http://127.0.0.1:$origin_port/count?prefix=/o/${1:-}"; }

# counter NAME: of the reserve, since the edge started.
counter() { "$SKERRY" status --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["reserve"]["counts"][sys.argv[1]])' "$1"; }
quiet() { [ "$(counter waiting)" = 0 ] && sleep 0.3 && [ "$(counter waiting)" = 0 ]; }
# put_away NAME: what is in memory is in the reserve, and not in memory any more: other objects took its place.
put_away() {
  get "f$1" 0 60 60000 >/dev/null
  within 60 quiet
}
at_least() { [ "$1" -ge "$2" ] || fail "$3: expected at least $2, got $1"; }
