/** The command that lets other machines reach the API, so that they can become hosts. */
export const HOW_TO_LISTEN = '`npm start -- --listen 0.0.0.0 --url https://NAME:7070` (docs/hosts.md)';
