import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeError } from '@orrery/shared/runtime';
import { missed, type ProbeEnd } from '@orrery/shared/machine';

/** Most addresses of one name that are looked at. */
const MOST = 8;

/** The addresses of a name, as the host's own resolver knows them; a namespace has none of its own. */
export async function resolveName(host: string, signal: AbortSignal): Promise<string[] | ProbeEnd> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return [bare];
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the resolver did not answer in time')), { once: true });
  });
  try {
    const found = await Promise.race([lookup(bare, { all: true }), late]);
    return [...new Set(found.map(({ address }) => address))].slice(0, MOST);
  } catch (error) {
    return missed('name-not-found', `the resolver of the host does not know ${bare}: ${describeError(error)}`);
  }
}
