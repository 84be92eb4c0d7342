/** What has to be done before another machine can become a host. */
export const HOW_TO_LISTEN = '`npm start -- --listen 0.0.0.0 --url https://NAME:7070` (docs/hosts.md)';
