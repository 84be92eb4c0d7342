#!/bin/sh
# avahi.sh advertise DEVICE NAME PORT    advertises a page with that name on that port by mDNS, until it is stopped
# avahi.sh browse DEVICE                 prints the pages found, like avahi-browse --parsable; asks the daemon that advertises, if there is one
# Uses one device only, so anything found was found over that device.
set -eu
action=$1 device=$2 name=${3:-demo-seeker} port=${4:-0}
folder=/tmp/avahi-$action
mkdir -p "$folder" /run/avahi-daemon /run/dbus
printf '[server]\nhost-name=%s\nallow-interfaces=%s\nuse-ipv6=no\nenable-dbus=yes\n[publish]\npublish-workstation=no\n' \
  "$name" "$device" >"$folder/avahi-daemon.conf"
# No user avahi and no limits of its own, because the container already limits it.
daemon() { avahi-daemon --no-drop-root --no-rlimits --no-chroot --file "$folder/avahi-daemon.conf"; }

[ -S /run/dbus/system_bus_socket ] || dbus-daemon --system --fork --nopidfile

case $action in
  advertise)
    printf '<service-group><name>%s</name><service><type>_http._tcp</type><port>%s</port></service></service-group>' \
      "$name" "$port" >/etc/avahi/services/page.service
    exec avahi-daemon --no-drop-root --no-rlimits --no-chroot --file "$folder/avahi-daemon.conf" ;;
  browse)
    avahi-daemon --check 2>/dev/null || daemon >/dev/null 2>&1 &
    exec timeout 5 avahi-browse --resolve --parsable --terminate _http._tcp ;;
esac
