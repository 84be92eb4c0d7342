import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The version that this agent reports to the API. */
export const AGENT_VERSION = version;
