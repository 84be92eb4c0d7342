import { readFileSync } from 'node:fs';

const manifest = new URL('../../package.json', import.meta.url);

/** Version of this package, from its package.json. */
export const CLI_VERSION = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
