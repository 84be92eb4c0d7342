#!/bin/sh
# Who may use it stands in server.conf, which the API's image makes and which holds no secret: users come with JWTs. Which keys are
# revoked is told by the API, and kept beside it for the next start.
set -eu
cat > /tmp/nats.conf <<CONF
server_name: orrery
listen: 0.0.0.0:4222
http: 127.0.0.1:8222
max_payload: 1MB
ping_interval: "10s"
write_deadline: "5s"
$(cat /nats/server.conf)
resolver: { type: full, dir: "/var/lib/orrery-nats" }
CONF
exec nats-server -c /tmp/nats.conf
