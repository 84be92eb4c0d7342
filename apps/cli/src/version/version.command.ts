import { Version } from '@orrery/shared/contracts';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { CLI_VERSION } from './cli-version.js';

export const versionLeaf = (context: Context): Leaf<OutputOptions> => ({
  name: 'version',
  summary: 'show the versions of this CLI and of the API',
  details: 'orrery --version prints only the version of the CLI, and needs no API.',
  options: [outputOption(['table', 'json'])],
  examples: ['orrery version'],
  run: async ({ output }) => {
    const { client, terminal } = context;
    const { value, raw } = await client.get('/v1/version', Version);
    if (output === 'json') return terminal.out(jsonText({ cli: CLI_VERSION, api: raw }));
    terminal.out(`orrery ${CLI_VERSION}`);
    terminal.out(`API    ${safeText(value.version)} at ${client.url} (wire ${safeText(value.wire)})`);
  },
});
