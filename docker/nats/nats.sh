#!/bin/sh
# Who may use it stands in server.conf, which the API's image makes and which holds no secret: users come with JWTs. Which keys are
# revoked is told by the API, and kept beside it for the next start. Other servers of the cluster are let in by a password; a lone
# server is a cluster of one.
#   ORRERY_NATS_NAME     its name, and that of its host
#   ORRERY_NATS_ROUTES   the other servers, to which it connects; one side of a pair is enough
set -eu
umask 077
name=${ORRERY_NATS_NAME:-nats-1}
login="routes:$(cat /secrets/nats.routes)"
routes=
for other in ${ORRERY_NATS_ROUTES:-}; do routes="${routes:+$routes, }\"nats://$login@$other:6222\""; done
cat > /tmp/nats.conf <<CONF
server_name: "$name"
listen: 0.0.0.0:4222
http: 127.0.0.1:8222
max_payload: 1MB
ping_interval: "10s"
write_deadline: "5s"
cluster: {
  name: orrery
  listen: 0.0.0.0:6222
  # Where servers are says the name that they share: it names no server that is gone.
  no_advertise: true
  authorization: { user: "${login%%:*}", password: "${login#*:}", timeout: 5 }
  routes: [$routes]
}
$(cat /nats/server.conf)
# A server that was away asks the others so often for what it has missed: revoked keys.
resolver: { type: full, dir: "/var/lib/orrery-nats", interval: "1s" }
CONF
exec nats-server -c /tmp/nats.conf
