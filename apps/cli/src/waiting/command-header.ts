import { type Command, Network, type NetworkId } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { marked } from '../hosts/host-view.js';
import { safeText } from '../terminal/safe-text.js';
import { commandTitle } from './narrate.js';

/** A name is nicer than an ID, but not worth a long wait. */
const TIMEOUT_MS = 2000;

/** What is above the stages of one command: `hello on lap-7 → lab`, with the networks by their names as far as they have some. */
export async function commandHeader(client: ApiClient, command: Command): Promise<string> {
  const { action, target, simulated, networks } = command;
  if ((action !== 'launch' && action !== 'join') || networks.length === 0) return commandTitle(command);
  const names = await Promise.all(networks.map((id) => networkName(client, id)));
  // Of a join the target ends with the network's id.
  const what = action === 'join' ? target.replace(/ in [0-9a-f]{16}$/, '') : target;
  return safeText(`${marked(what, simulated)} → ${names.join(', ')}`);
}

async function networkName(client: ApiClient, id: NetworkId): Promise<string> {
  const answer = await client.get(apiPath('networks', id), Network, { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
  return answer?.value.name ?? id;
}
