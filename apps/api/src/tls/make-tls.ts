import { join } from 'node:path';
import { ensurePrivateTls } from './private-tls.js';
import { serverNames } from './server-names.js';

/** `make-tls HOME LISTEN [URL]`: `npm start` runs it before NATS, which shows the same certificate as the API. */
const [home = '', listen = '', publicUrl] = process.argv.slice(2);
await ensurePrivateTls(join(home, 'secrets', 'tls'), serverNames(listen, publicUrl));
