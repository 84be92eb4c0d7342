# What must be true before zerotier-one starts. Without these it would go on running with no interface at all, and say so in one line.
TUN_FLAGS='docker run --cap-add NET_ADMIN --device /dev/net/tun … (compose: cap_add: [NET_ADMIN], devices: [/dev/net/tun])'

check_tun() {
  [ "$(id -u)" = 0 ] || refuse "it runs as user $(id -u), and Docker gives NET_ADMIN to root only" 'leave out --user (compose: user:)'
  [ -c /dev/net/tun ] || refuse 'there is no /dev/net/tun in this container' "$TUN_FLAGS"
  if ! reason=$( (: <>/dev/net/tun) 2>&1); then
    case $reason in
      *'No such device'*) refuse "the kernel has no TUN driver: $reason" 'on the host: modprobe tun' ;;
      *) refuse "/dev/net/tun cannot be opened: $reason" "$TUN_FLAGS" ;;
    esac
  fi
  has_net_admin || refuse 'this container lacks the capability NET_ADMIN' "$TUN_FLAGS"
}

has_net_admin() {
  effective=$(sed -n 's/^CapEff:[[:space:]]*/0x/p' /proc/self/status)
  [ $((effective >> 12 & 1)) = 1 ]
}

# Where there is a user zerotier-one (the official image has one), the daemon gives up root and becomes it; then it cannot open a
# device that is root's alone, as it is on hosts without udev. A device that cannot be opened up (a bind mount) means: stay root.
daemon_flags() {
  id -u zerotier-one >/dev/null 2>&1 || return 0
  case $(stat -c %a /dev/net/tun 2>/dev/null) in
    *[67] | '') ;;
    *) chmod 0666 /dev/net/tun 2>/dev/null || echo -U ;;
  esac
}

check_state() {
  mkdir -p "$STATE_FOLDER" 2>/dev/null && [ -w "$HOME_FOLDER" ] && [ -w "$STATE_FOLDER" ] ||
    refuse "$HOME_FOLDER cannot be written to: it belongs to user $(stat -c %u "$HOME_FOLDER" 2>/dev/null || echo '?'), or is read-only" \
      "mount a volume there (-v zerotier:$HOME_FOLDER); with --cap-drop ALL its files must belong to user 0: chown -R 0:0"
}
