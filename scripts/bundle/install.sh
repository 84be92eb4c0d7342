#!/bin/sh
# Makes this machine a host of the Orrery at @URL@.
#   { echo orrery_token=TOKEN; curl … ; } | sh -s -- [--foreground] [--name NAME]
#   sh install.sh --token-file FILE      FILE has mode 0600; - is the standard input
# The join token is never an argument and never in the environment: every user of this machine can read arguments, and every program
# started here inherits the environment. The whole script is in one pair of braces, so that nothing of an incomplete download runs.
{
orrery_install() {
  set -eu
  umask 077
  url=@URL@
  pin=@PIN@
  platforms=@PLATFORMS@
  authority=@AUTHORITY@
  prefix=${ORRERY_AGENT_PREFIX:-/opt/orrery-agent}
  home=${ORRERY_AGENT_HOME:-/var/lib/orrery-agent}
  token=${orrery_token:-} name='' foreground=''
  # Before any program starts, because the variable may come from the environment.
  unset orrery_token
  read_arguments "$@"
  check_machine
  mkdir -p "$home" "$(dirname "$prefix")"
  unpack
  write_settings
  start
}

fail() {
  echo "orrery: $1" >&2
  exit 1
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --foreground) foreground=yes ;;
      --name)
        shift
        name=${1:-}
        ;;
      --token-file)
        shift
        read_token "${1:-}"
        ;;
      -*) fail "unknown option $1" ;;
      *) fail 'a join token on the command line can be read by every user of this machine. Revoke it (orrery token revoke), and paste the command that orrery host add prints, or use --token-file FILE.' ;;
    esac
    shift
  done
}

read_token() {
  if [ "$1" = - ]; then
    read -r token || [ -n "$token" ] || fail 'there is no join token on standard input.'
    return 0
  fi
  if [ -f "$1" ] && [ -n "$(find -L "$1" -prune -perm /077)" ]; then
    fail "other users can read or change the token file. Fix: chmod 600 $1"
  fi
  token=$(cat "$1") || fail "the token file cannot be read: $1"
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail 'this needs root, because the agent manages the Docker Engine and network interfaces. Fix: end the command with "| sudo sh" instead of "| sh".'
  for tool in curl tar gzip sha256sum; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed here. Fix: install it with this system's package manager."
  done
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64) platform=linux-arm64 ;;
    *) platform="$(uname -s)-$(uname -m)" ;;
  esac
  case " $platforms " in
    *" $platform "*) ;;
    *) fail "there is no agent for this machine ($platform), only for: $platforms." ;;
  esac
  if [ -z "$token" ] && [ ! -f "$home/host.json" ]; then
    fail 'a join token is missing. Fix: run orrery host add NAME on the machine of the API; it prints the whole command.'
  fi
}

# The pinned key replaces the certificate chain. The checksum comes over a connection to the same key, as this script did.
fetch() {
  if [ -n "$pin" ]; then
    curl -fsSk --retry 3 --pinnedpubkey "sha256//$pin" -o "$2" "$1"
  else
    curl -fsS --retry 3 -o "$2" "$1"
  fi
}

# The API serves a few downloads at a time and answers 503 to the others. curl retries three times, as Retry-After says.
fetch_in_turn() {
  turn=1
  until fetch "$1" "$2" 2> "$2.error"; do
    if [ "$turn" -ge 20 ] || ! grep -q ' 503' "$2.error"; then
      cat "$2.error" >&2
      return 1
    fi
    echo 'The API is busy with other downloads (503). Waiting for a turn...' >&2
    turn=$((turn + 1))
  done
  rm -f "$2.error"
}

unpack() {
  rm -rf "$prefix.new" && mkdir -p "$prefix.new"
  fetch_in_turn "$url/agent/orrery-agent-$platform.sha256" "$prefix.new/sum" || fail "the API at $url has no agent for $platform now. Its log says why. For another kind of machine than its own, it needs npm's registry once."
  sha256=$(cat "$prefix.new/sum") && rm "$prefix.new/sum"
  if [ "$(cat "$prefix/sha256" 2>/dev/null || true)" = "$sha256" ]; then
    rm -rf "$prefix.new"
    return 0
  fi
  fetch_in_turn "$url/agent/orrery-agent-$platform.tar.gz" "$prefix.new/bundle.tar.gz" || fail "cannot download the agent from $url"
  echo "$sha256  $prefix.new/bundle.tar.gz" | sha256sum -c - >/dev/null 2>&1 || fail 'the downloaded agent does not match its checksum (SHA-256).'
  tar -xzf "$prefix.new/bundle.tar.gz" -C "$prefix.new"
  rm "$prefix.new/bundle.tar.gz"
  "$prefix.new/bin/node" -e 0 || fail 'the Node.js of the agent does not run here: it needs glibc 2.28 or newer (not musl) and libstdc++.'
  printf '%s\n' "$home" > "$prefix.new/home"
  printf '%s\n' "$sha256" > "$prefix.new/sha256"
  rm -rf "$prefix.old"
  if [ -d "$prefix" ]; then mv "$prefix" "$prefix.old"; fi
  mv "$prefix.new" "$prefix"
  rm -rf "$prefix.old"
}

# Prints one quoted line of a file that the shell reads.
setting() {
  printf "%s='%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/'\\\\''/g")"
}

write_settings() {
  if [ -n "$token" ]; then printf '%s\n' "$token" > "$home/join.token"; fi
  if [ -n "$authority" ]; then printf '%s\n' "$authority" > "$home/api-ca.crt"; fi
  {
    echo '# Rewritten by the installer each time. Put your own settings into local.env beside it.'
    setting ORRERY_AGENT_HOME "$home"
    setting ORRERY_URL "$url"
    setting ORRERY_JOIN_SECRET_FILE "$home/join.token"
    if [ -n "$authority" ]; then
      setting ORRERY_API_CA "$home/api-ca.crt"
    elif [ -n "$pin" ] && ! curl -fsS -o /dev/null "$url/healthz" 2>/dev/null; then
      setting ORRERY_API_PIN "$pin"
    fi
    [ -z "$name" ] || setting ORRERY_HOST_NAME "$name"
    for given in ORRERY_HOST_LABELS ORRERY_SIMULATE ORRERY_DOCKER_SOCKET ORRERY_ZEROTIER_IMAGE ORRERY_ZEROTIER_HOME ORRERY_LOG_LEVEL; do
      eval "value=\${$given:-}"
      [ -z "$value" ] || setting "$given" "$value"
    done
  } > "$home/agent.env"
}

start() {
  if [ -n "$foreground" ]; then exec "$prefix/bin/orrery-agent" run; fi
  if [ -d /run/systemd/system ]; then start_unit; else start_process; fi
  wait_until_joined
}

start_unit() {
  cat > /etc/systemd/system/orrery-agent.service <<UNIT
[Unit]
Description=Orrery agent
Wants=network-online.target
After=network-online.target docker.service zerotier-one.service

[Service]
ExecStart="$prefix/bin/orrery-agent" run
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
UNIT
  chmod 0644 /etc/systemd/system/orrery-agent.service
  systemctl daemon-reload
  systemctl enable --quiet orrery-agent.service
  systemctl restart orrery-agent.service
  log='journalctl -u orrery-agent'
}

start_process() {
  "$prefix/bin/orrery-agent" stop
  log="$home/agent.log"
  if command -v setsid >/dev/null 2>&1; then
    setsid "$prefix/bin/orrery-agent" run >> "$log" 2>&1 < /dev/null &
  else
    nohup "$prefix/bin/orrery-agent" run >> "$log" 2>&1 < /dev/null &
  fi
  echo "There is no systemd here, so the agent runs in the background now. After each boot, start it again: $prefix/bin/orrery-agent run"
}

wait_until_joined() {
  waited=0
  while [ ! -f "$home/host.json" ]; do
    if [ "$waited" -ge 300 ]; then fail "the agent is running, but has not joined within 30 s. Its log says why: $log"; fi
    sleep 0.1
    waited=$((waited + 1))
  done
  echo "This machine is now a host of $url. To undo this: $prefix/bin/orrery-agent uninstall"
}

orrery_install "$@"
exit
}
