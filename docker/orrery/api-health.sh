#!/bin/bash
# Whether the API is ready, without another Node for every time that Docker asks.
exec 3<>/dev/tcp/127.0.0.1/7070
printf 'GET /readyz HTTP/1.0\r\nHost: 127.0.0.1:7070\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
