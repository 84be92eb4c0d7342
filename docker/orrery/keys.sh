#!/bin/sh
# Runs once before NATS: the keys of this installation's NATS, in the API's own volume, and what its server reads, which is no secret.
set -eu
node /opt/orrery/make-trust.js "$ORRERY_HOME/secrets/nats"
cp "$ORRERY_HOME/secrets/nats/server.conf" /nats/server.conf.new
chmod 0444 /nats/server.conf.new
mv /nats/server.conf.new /nats/server.conf
