#!/bin/sh
# avahi.sh advertise DEVICE NAME PORT    tells by mDNS of a page of that name on that port, until it is ended
# avahi.sh browse DEVICE                 prints what pages there are, as avahi-browse --parsable does
# On one device alone: what is found was found over that one.
set -eu
action=$1 device=$2 name=${3:-demo-seeker} port=${4:-0}
folder=/tmp/avahi-$action
mkdir -p "$folder" /run/avahi-daemon /run/dbus
printf '[server]\nhost-name=%s\nallow-interfaces=%s\nuse-ipv6=no\nenable-dbus=%s\n[publish]\npublish-workstation=no\n' \
  "$name" "$device" "$([ "$action" = browse ] && echo yes || echo no)" >"$folder/avahi-daemon.conf"
# Neither the user avahi nor limits of its own: the container is the limit.
daemon() { avahi-daemon --no-drop-root --no-rlimits --no-chroot --file "$folder/avahi-daemon.conf"; }

case $action in
  advertise)
    printf '<service-group><name>%s</name><service><type>_http._tcp</type><port>%s</port></service></service-group>' \
      "$name" "$port" >/etc/avahi/services/page.service
    exec avahi-daemon --no-drop-root --no-rlimits --no-chroot --file "$folder/avahi-daemon.conf" ;;
  browse)
    [ -S /run/dbus/system_bus_socket ] || dbus-daemon --system --fork --nopidfile
    avahi-daemon --check 2>/dev/null || daemon >/dev/null 2>&1 &
    exec timeout 5 avahi-browse --resolve --parsable --terminate _http._tcp ;;
esac
