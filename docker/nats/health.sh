#!/bin/sh
# Whether the server greets who connects. The base has wget or bash, and seldom both.
if command -v wget >/dev/null; then exec wget -q -O /dev/null -T 3 http://127.0.0.1:8222/healthz; fi
exec timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/4222 && read -r word _ <&3 && [ "$word" = INFO ]'
