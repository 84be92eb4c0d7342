# What orrery-zt says. Sourced by the programs of this image.
HOME_FOLDER=/var/lib/zerotier-one
STATE_FOLDER=$HOME_FOLDER/orrery-zt

say() { echo "orrery-zt: $*"; }

# A wrong setting, told with its fix. 78 is EX_CONFIG: starting again changes nothing.
refuse() { # cause fix
  printf 'orrery-zt: cannot start: %s\n  fix: %s\n' "$1" "$2" >&2
  exit 78
}

node_address() { cut -c1-10 "$HOME_FOLDER/identity.public"; }

# How to name this container to Docker: its host name is its id, unless somebody chose another.
this_container() {
  case $(cat /proc/sys/kernel/hostname) in
    [0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])
      cat /proc/sys/kernel/hostname
      ;;
    *) echo '<this container>' ;;
  esac
}

meaning() { # status
  case $1 in
    ACCESS_DENIED) echo "waits for authorization of node $(node_address)" ;;
    AUTHENTICATION_REQUIRED) echo 'waits for somebody to sign in' ;;
    REQUESTING_CONFIGURATION) echo 'its controller has not answered yet; is UDP to the outside open?' ;;
    NOT_FOUND) echo 'its controller knows no such network' ;;
    PORT_ERROR) echo 'its interface could not be made' ;;
    CLIENT_TOO_OLD) echo 'its controller wants a newer zerotier-one' ;;
    *) echo 'not a status that this image knows' ;;
  esac
}

tell_waiting() { # network
  say "waits for authorization: node address $(node_address) on network $1; authorize with one of"
  echo "    orrery membership authorize $(node_address) $1"
  echo "    https://my.zerotier.com/network/$1 (a network of ZeroTier Central)"
  echo "    POST /controller/network/$1/member/$(node_address) {\"authorized\":true} (on the node $(echo "$1" | cut -c1-10), its controller)"
}

tell_start() {
  say "node address $(node_address)"
  for network in $(joined_networks); do say "network $network: joined at the start"; done
  [ "$is_root" = no ] && [ -z "$(joined_networks)" ] || return 0
  say 'this node is in no network: no network id was given'
  echo "  next: docker exec $(this_container) zerotier-cli join <network id>"
  echo '  or start it with -e ZTNETWORK=<network id>[,<network id>…]'
}

tell_end() { # code asked
  if [ "$2" = yes ]; then
    say "zerotier-one was asked to stop, and ended with code $1"
  elif [ "$1" -gt 128 ]; then
    say "zerotier-one ended on its own, with code $1: signal $(($1 - 128))" >&2
  else
    say "zerotier-one ended on its own, with code $1; its own words stand above" >&2
  fi
}
