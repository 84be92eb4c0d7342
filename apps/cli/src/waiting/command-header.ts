import type { Command } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { marked } from '../hosts/host-view.js';
import { networkNames } from '../networks/network-names.js';
import { safeText } from '../terminal/safe-text.js';
import { commandTitle } from './narrate.js';

/** The line above the stages of one command: `hello on lap-7 → lab`, with the networks by name if they have one. */
export async function commandHeader(client: ApiClient, command: Command): Promise<string> {
  const { action, target, simulated, networks } = command;
  if ((action !== 'launch' && action !== 'join') || networks.length === 0) return commandTitle(command);
  const names = await networkNames(client, networks);
  // The target of a join ends with the network's ID.
  const what = action === 'join' ? target.replace(/ in [0-9a-f]{16}$/, '') : target;
  return safeText(`${marked(what, simulated)} → ${networks.map((id) => names.get(id) ?? id).join(', ')}`);
}
