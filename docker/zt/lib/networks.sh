# Networks: which were asked for, which are joined, and what the kernel has of them.

# Sets $networks: the ids of ZTNETWORK, ZEROTIER_JOIN_NETWORKS and the arguments, in small letters, each once.
check_networks() {
  networks=
  set -f
  for word in $(printf '%s ' "${ZTNETWORK:-}" "${ZEROTIER_JOIN_NETWORKS:-}" "$@" | tr ',A-F\n\t' ' a-f  '); do
    case $word in
      *[!0-9a-f]*) not_an_id "$word" 'it has other letters than 0-9 and a-f' ;;
    esac
    [ ${#word} = 16 ] || not_an_id "$word" "it has ${#word} digits$([ ${#word} != 10 ] || echo ', as the address of a node has')"
    case " $networks " in
      *" $word "*) ;;
      *) networks="$networks $word" ;;
    esac
  done
  set +f
}

not_an_id() { # word why
  refuse "\"$1\" is not a network id: $2" \
    'give ids of 16 hex digits, as in -e ZTNETWORK=8056c2e21c000001 (several: with commas); they stand at its controller, or in ZeroTier Central'
}

# What zerotier-one joins at its start, and keeps itself from then on: an empty file is enough.
joined_networks() {
  for file in "$HOME_FOLDER"/networks.d/????????????????.conf; do
    [ ! -f "$file" ] || basename "$file" .conf
  done
}

# Asks for each network once. One that was asked for before and has no file any more was left, and stays left.
remember_networks() {
  asked_file=$STATE_FOLDER/asked
  mkdir -p "$HOME_FOLDER/networks.d"
  for network in $networks; do
    conf=$HOME_FOLDER/networks.d/$network.conf
    if [ -f "$conf" ]; then
      continue
    elif [ -f "$asked_file" ] && grep -qx "$network" "$asked_file"; then
      say "network $network: was left, and stays left; to be in it again: docker exec $(this_container) zerotier-cli join $network"
    else
      : >"$conf"
    fi
  done
  # Only what is asked for now: an id that was taken out and is given again later is a new wish.
  printf '%s\n' $networks >"$asked_file.new"
  mv "$asked_file.new" "$asked_file"
}

is_up() { # interface
  [ -r "/sys/class/net/$1/flags" ] && [ $(($(cat "/sys/class/net/$1/flags") & 1)) = 1 ]
}

# Whether the kernel's interface has the addresses that the daemon tells. Without `ip` in the base, that it is up has to do.
has_addresses() { # interface addresses
  is_up "$1" || return 1
  [ "$2" != - ] && command -v ip >/dev/null || return 0
  there=$(ip -o addr show dev "$1" 2>/dev/null)
  for address in $(echo "$2" | tr ',' ' '); do
    case "$there" in
      *" $address "*) return 0 ;;
    esac
  done
  return 1
}
