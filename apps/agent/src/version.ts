import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** Version of this agent, as it tells the API. */
export const AGENT_VERSION = version;
