#!/usr/bin/env bash
# A separate Docker Engine in one folder, with its own containerd, data, bridge and socket. Several can run side by side and next to the machine's.
#   dockerd.sh start DIR    prints the socket URL when the engine answers
#   dockerd.sh stop DIR     stops, by PID, only the processes that start began
# ORRERY_LAB_BIP (10.213.x.1/24), ORRERY_LAB_POOL (10.214.0.0/16) and ORRERY_LAB_BRIDGE: name and x are derived from DIR.
# Engines in one network namespace share its firewall chains; give each a namespace of its own (unshare -n) if that matters.
set -euo pipefail
# Go's garbage collection was a tenth of the engine's cost of a container.
export GOGC=${GOGC:-400}

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
action=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
run=$dir/run
socket=$dir/docker.sock
tag=$(printf '%s' "$dir" | cksum | cut -d' ' -f1)
bridge=${ORRERY_LAB_BRIDGE:-orl${tag:0:8}}

# A PID file can outlive its process, and the PID may belong to another process by now, so the command line must name our folder.
alive() { [ -s "$1" ] && tr '\0' ' ' <"/proc/$(cat "$1")/cmdline" 2>/dev/null | grep -qF -- "$dir"; }

wait_for() { # seconds, command…
  local tries=$(($1 * 10)); shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}

stop_one() { # pid file, seconds
  alive "$1" || { rm -f "$1"; return 0; }
  local pid; pid=$(cat "$1")
  kill "$pid" 2>/dev/null || true
  wait_for "$2" test ! -e "/proc/$pid" || kill -9 "$pid" 2>/dev/null || true
  rm -f "$1"
}

own_bridge() {
  ip link show "$bridge" >/dev/null 2>&1 && return 0
  ip link add "$bridge" type bridge
  ip addr add "${ORRERY_LAB_BIP:-10.213.$((tag % 250 + 1)).1/24}" dev "$bridge"
  ip link set "$bridge" up
}

start() {
  if alive "$run/dockerd.pid" && docker -H "unix://$socket" version >/dev/null 2>&1; then echo "unix://$socket"; return; fi
  stop_one "$run/dockerd.pid" 20
  stop_one "$run/containerd.pid" 10
  mkdir -p "$run/exec" "$run/containerd" "$dir/containerd" "$dir/data" "$dir/logs"
  cat >"$run/containerd.toml" <<TOML
version = 2
root = "$dir/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$run/containerd.sock"
TOML
  setsid containerd --config "$run/containerd.toml" >"$dir/logs/containerd.log" 2>&1 </dev/null &
  echo $! >"$run/containerd.pid"
  wait_for 20 test -S "$run/containerd.sock" || { tail -20 "$dir/logs/containerd.log" >&2; echo 'containerd did not come up' >&2; exit 1; }
  own_bridge
  echo '{}' >"$run/daemon.json"
  rm -f "$run/docker.pid"
  setsid dockerd --config-file "$run/daemon.json" --data-root "$dir/data" --exec-root "$run/exec" --pidfile "$run/docker.pid" \
    --containerd "$run/containerd.sock" --bridge "$bridge" --default-address-pool "base=${ORRERY_LAB_POOL:-10.214.0.0/16},size=24" \
    -H "unix://$socket" ${ORRERY_LAB_DOCKERD_ARGS:-} >"$dir/logs/dockerd.log" 2>&1 </dev/null &
  echo $! >"$run/dockerd.pid"
  wait_for 60 docker -H "unix://$socket" version || { tail -20 "$dir/logs/dockerd.log" >&2; echo 'dockerd did not come up' >&2; exit 1; }
  echo "unix://$socket"
}

stop() {
  stop_one "$run/dockerd.pid" 30
  stop_one "$run/containerd.pid" 10
  ip link delete "$bridge" 2>/dev/null || true
}

case $action in start) start ;; stop) stop ;; *) usage ;; esac
