#!/bin/sh
# Runs once before everything else: secrets of this installation alone, made on the spot, kept as long as the volume.
set -eu
make() { # name owner
  if [ ! -s "/secrets/$1" ]; then
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "/secrets/$1.new")
    mv "/secrets/$1.new" "/secrets/$1"
  fi
  chown "$2" "/secrets/$1"
  chmod 0440 "/secrets/$1"
}
# 10001 is the API's user.
make postgres.password 10001:10001
# 65534 is NATS's: how its servers know each other.
make nats.routes 65534:65534
chmod 0755 /secrets
