import { crashPoint } from '@orrery/shared/runtime';
import type { IdentityStore, NodeSecrets } from '../identities/identity-store.js';
import type { Executors } from './machine.js';

export type Mint = (image: string, signal: AbortSignal) => Promise<NodeSecrets>;

/** Gives a node its identity: the one made ahead that it is to have, or, where that is not (any more), a new one. */
export const mintStep =
  (identities: IdentityStore, mint: Mint): Executors['mint-identity'] =>
  async ({ node, image, identity }, { signal, progress }) => {
    if (identities.has(node)) return;
    if (identity !== undefined && (await identities.bind(identity, node))) {
      crashPoint('launch.identity');
      return progress('identity', `address ${identity}, made ahead`);
    }
    const secrets = await mint(image, signal);
    await identities.put(node, secrets);
    crashPoint('launch.identity');
    const instead = identity === undefined ? '' : `, made anew: ${identity} is not on this host`;
    progress('identity', `address ${secrets.address}${instead}`);
  };
