# Object stores that speak S3, for the tests of the reserve.
# shellcheck shell=bash
set -euo pipefail

# What `start_store` sets: the port, the credentials, and whether the store checks signatures.
# shellcheck disable=SC2034 # whoever sources this asks whether signatures are checked
store_port='' store_key='' store_secret='' store_checks=no

# signed METHOD TARGET: a request to the store, past the edge; its body is read from the input, of PUT.
signed() { python3 "$SYSTEM_DIRECTORY/reserve.py" ask "$store_port" "$store_key" "$store_secret" "$@"; }

# store_lists: all lists of objects, of a thousand each, an element a line.
store_lists() {
  local list last=''
  while list=$(signed GET "/shelf?list-type=2&max-keys=1000${last:+&start-after=${last//\//%2F}}" | grep -oE '<(Key|Size)>[^<]*'); do
    printf '%s\n' "$list"
    last=$(grep '^<Key>' <<<"$list" | tail -n 1 | cut -c 6-)
  done
}
# store_objects, store_sizes: the names and the bytes of all objects.
store_objects() { store_lists | sed -n 's/^<Key>//p'; }
store_sizes() { store_lists | sed -n 's/^<Size>//p'; }

store_answers() { curl --silent --max-time 2 --output /dev/null "http://127.0.0.1:$store_port/"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_moto: moto's server, from the virtual environment that ./dev setup --tests makes.
start_moto() {
  local folder=${SKERRY_TEST_VENV:-$SKERRY_ROOT/.build/test-venv}
  [ -x "$folder/bin/moto_server" ] || return 1
  # shellcheck disable=SC2034
  store_port=$(free_port) store_key=moto store_secret=moto store_checks=no
  "$folder/bin/moto_server" --host 127.0.0.1 --port "$store_port" >"$TEST_DIRECTORY/store.log" 2>&1 &
  store_pids+=($!)
  within 30 store_answers
  signed PUT /shelf </dev/null >/dev/null
}

# start_store: the one that SKERRY_RESERVE_STORE names (swift or moto), else the first that is installed.
start_store() {
  case ${SKERRY_RESERVE_STORE:-} in
    moto) start_moto ;;
    swift) start_swift ;;
    *) start_swift || start_moto ;;
  esac
}

# swift_service NAME PORT [LINE...]: the configuration of one of Swift's storage servers, started.
swift_service() {
  local name=$1 port=$2 folder=$TEST_DIRECTORY/swift
  cat >"$folder/$name.conf" <<END
[DEFAULT]
devices = $folder/devices
mount_check = false
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
swift_dir = $folder
user = $(id -un)
log_level = ERROR
[pipeline:main]
pipeline = $name-server
[app:$name-server]
use = egg:swift#$name
END
  "swift-$name-server" "$folder/$name.conf" >>"$TEST_DIRECTORY/store.log" 2>&1 &
  store_pids+=($!)
  swift-ring-builder "$folder/$name.builder" create 4 1 0 >/dev/null
  swift-ring-builder "$folder/$name.builder" add "r1z1-127.0.0.1:$port/one" 1 >/dev/null
  swift-ring-builder "$folder/$name.builder" rebalance >/dev/null 2>&1 || true
}

# start_swift: OpenStack Swift with its S3 API, from Debian's packages: one of each server, on one folder.
start_swift() {
  local name memory_port folder=$TEST_DIRECTORY/swift
  command -v memcached swift-proxy-server swift-object-server swift-container-server swift-account-server >/dev/null || return 1
  mkdir -p "$folder/devices/one"
  # It keeps what it must know of objects in extended attributes.
  python3 -c 'import os,sys; os.setxattr(sys.argv[1], "user.x", b"x")' "$folder" 2>/dev/null || return 1
  printf '[swift-hash]\nswift_hash_path_suffix = skerry\n' >"$folder/swift.conf"
  for name in account container object; do swift_service "$name" "$(free_port)"; done
  memory_port=$(free_port)
  memcached -u "$(id -un)" -l 127.0.0.1 -p "$memory_port" -m 16 >>"$TEST_DIRECTORY/store.log" 2>&1 &
  store_pids+=($!)
  # shellcheck disable=SC2034
  store_port=$(free_port) store_key=test:tester store_secret=testing store_checks=yes
  cat >"$folder/proxy.conf" <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $store_port
workers = 0
swift_dir = $folder
user = $(id -un)
log_level = ERROR
[pipeline:main]
pipeline = catch_errors cache s3api tempauth proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memory_port
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
END
  swift-proxy-server "$folder/proxy.conf" >>"$TEST_DIRECTORY/store.log" 2>&1 &
  store_pids+=($!)
  within 30 store_answers
  within 30 signed PUT /shelf </dev/null
}
