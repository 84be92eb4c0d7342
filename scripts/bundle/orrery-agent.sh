#!/bin/sh
# Orrery's agent on this host: orrery-agent run | stop | uninstall [--purge] | version
main() {
  set -eu
  prefix=$(cd "$(dirname "$0")/.." && pwd)
  home=${ORRERY_AGENT_HOME:-}
  [ -n "$home" ] || home=$(cat "$prefix/home" 2>/dev/null || echo /var/lib/orrery-agent)
  case "${1:-}" in
    run) run ;;
    stop) stop_agent ;;
    uninstall) uninstall "${2:-}" ;;
    version) "$prefix/bin/node" -p "require('$prefix/apps/agent/package.json').version" ;;
    *)
      echo 'Usage: orrery-agent run | stop | uninstall [--purge] | version' >&2
      exit 2
      ;;
  esac
}

# Each installation writes agent.env; local.env is the operator's and wins.
run() {
  set -a
  [ ! -f "$home/agent.env" ] || . "$home/agent.env"
  [ ! -f "$home/local.env" ] || . "$home/local.env"
  set +a
  echo $$ > "$home/agent.pid"
  exec "$prefix/bin/node" "$prefix/apps/agent/dist/program.js"
}

uninstall() {
  if [ "$(id -u)" != 0 ]; then
    echo 'Run this as root.' >&2
    exit 1
  fi
  if [ -f /etc/systemd/system/orrery-agent.service ] && [ -d /run/systemd/system ]; then
    systemctl disable --now orrery-agent.service || true
    rm -f /etc/systemd/system/orrery-agent.service
    systemctl daemon-reload
  fi
  stop_agent
  if [ "$1" = --purge ]; then rm -rf "$home"; fi
  case "$prefix" in
    */orrery-agent) rm -rf "$prefix" ;;
    *) echo "The program stays in $prefix, because that folder was not created for it alone." ;;
  esac
  echo 'The agent is removed. ZeroTier and all containers are untouched. What stays:'
  what_stays
}

# `run` wrote the pid; by now it may belong to another process.
stop_agent() {
  pid=$(cat "$home/agent.pid" 2>/dev/null || echo)
  [ -n "$pid" ] || return 0
  is_ours "$pid" || return 0
  kill "$pid"
  waited=0
  while is_ours "$pid" && [ "$waited" -lt 100 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  if is_ours "$pid"; then kill -9 "$pid"; fi
}

is_ours() {
  tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline" | grep -qF "$prefix/apps/agent/dist/program.js"
}

what_stays() {
  if [ -d "$home" ]; then
    echo "  $home (the key, identities and journal of this host; to remove it: rm -r $home)"
  fi
  for file in "${ORRERY_ZEROTIER_HOME:-/var/lib/zerotier-one}"/networks.d/*.conf; do
    case "$file" in
      *.local.conf | *'*.conf') ;;
      *) echo "  ZeroTier network $(basename "$file" .conf) of this host's own zerotier-one (to leave it: zerotier-cli leave ...)" ;;
    esac
  done
  if command -v docker >/dev/null 2>&1; then
    docker ps -a --filter label=io.orrery.item --format '  container {{.Names}} ({{.Status}})' 2>/dev/null || true
  fi
  echo 'In Orrery: orrery host rm NAME forgets the host.'
}

main "$@"
exit
