#!/bin/sh
# Makes the cluster and the `orrery` role and database once, then is Postgres. The password is read from a file as root.
set -eu
bin=$(dirname "$(command -v initdb || find /usr/lib/postgresql -name initdb | sort -V | tail -n 1)")
data=/var/lib/orrery-postgres/data
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

mkdir -p /var/lib/orrery-postgres /run/orrery-postgres
chown postgres:postgres /var/lib/orrery-postgres /run/orrery-postgres
if [ ! -f "$data/PG_VERSION" ]; then
  rm -rf "$data.new"
  password=/run/orrery-postgres/password
  (umask 077 && cat /secrets/postgres.password > "$password")
  chown postgres:postgres "$password"
  as_postgres "$bin/initdb" --pgdata="$data.new" --username=orrery --pwfile="$password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  rm -f "$password"
  echo 'host all all all scram-sha-256' >> "$data.new/pg_hba.conf"
  # One-user mode: the database exists before anyone can connect.
  echo 'CREATE DATABASE orrery;' | as_postgres "$bin/postgres" --single -D "$data.new" postgres >/dev/null
  mv "$data.new" "$data"
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$data" \
  -c listen_addresses='*' -c unix_socket_directories=/run/orrery-postgres -c max_connections=200
