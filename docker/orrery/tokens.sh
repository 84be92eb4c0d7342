#!/bin/sh
# Runs at every `up`, before the agents: a join token for each host of ORRERY_HOSTS ("name:labels name:labels …") that the API does
# not know, into a volume that this host alone reads. A host that has joined needs none any more.
#   --replace NAME    a token with which that host joins anew in its own place, after its agent's volume was lost
set -eu
umask 077

give() { # name, token
  printf '%s\n' "$2" > "/tokens/$1/token.new"
  mv "/tokens/$1/token.new" "/tokens/$1/token"
}

if [ "${1:-}" = --replace ]; then
  name=${2:?the name of a host is missing}
  [ -d "/tokens/$name" ] || { echo "$name is not a host of docker-compose.yml. Its hosts: $ORRERY_HOSTS" >&2; exit 2; }
  made=$(orrery host add --replace "$name" --no-wait -o json)
  give "$name" "$(printf '%s' "$made" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).secret')"
  echo "$name: restart its agent within a quarter of an hour, and it joins in its own place"
  exit
fi

known=$(orrery host ls -o name)
for host in $ORRERY_HOSTS; do
  name=${host%%:*}
  if printf '%s\n' "$known" | grep -qxF "$name"; then
    rm -f "/tokens/$name/token"
    echo "$name: has joined"
  else
    give "$name" "$(orrery token create "$name" --join -l "${host#*:}" -o json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).secret')"
    echo "$name: has a token for one join"
  fi
done
