import { randomBytes } from 'node:crypto';
import { Bus, newUserKey, prove, type UserKey } from '@orrery/shared/bus';
import {
  HelloReply,
  inboxPrefix,
  JoinNonce,
  JoinReply,
  joinText,
  subjects,
  type Hello,
  type HostId,
} from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { pathOf, type Orrery } from '../orrery/orrery.js';

const ANSWER_MS = 1_500;
const NOTHING = '0'.repeat(64);
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** Joins as an agent does, with a token and a key of its own. */
export async function join(orrery: Orrery, token: string, name: string): Promise<{ joined: JoinReply; key: UserKey }> {
  const key = newUserKey();
  const installation = Array.from(randomBytes(32), (byte) => LETTERS[byte & 31]).join('');
  const { nonce } = await orrery.ask('POST', pathOf('join', 'nonce'), JoinNonce, { body: {} });
  const proof = prove(key.seed, joinText({ nonce, installation }));
  const body = { name, agentVersion: 'demo', installation, key: key.publicKey, nonce, proof };
  return { joined: await orrery.ask('POST', pathOf('join'), JoinReply, { body, token }), key };
}

export interface Claim {
  natsUrl: string;
  host: HostId;
  /** The credential for NATS; none if undefined. */
  jwt?: string;
  /** The key that it signs with. */
  key: UserKey;
}

/** Connects to NATS, claiming to be that host. */
export function connectAs({ natsUrl, host, jwt, key }: Claim): Bus {
  return new Bus({
    servers: [natsUrl],
    ...(jwt === undefined ? {} : { credentials: () => ({ jwt, seed: key.seed }) }),
    name: 'demo-forger',
    inboxPrefix: inboxPrefix(host),
    logger: createLogger('demo', 'silent'),
  });
}

/** Whether the API answers a hello in the name of that host. */
export async function greets(bus: Bus, host: HostId): Promise<boolean> {
  const hello: Hello = {
    ...{ epoch: newId('epo'), agentVersion: 'demo', simulated: false, at: new Date().toISOString() },
    ...{ revision: 0, digest: null, inventory: NOTHING, journalHead: 0, freeIdentities: [] },
  };
  return bus.request(subjects.hello(host), hello, HelloReply, ANSWER_MS).then(
    () => true,
    () => false,
  );
}

/** Whether a forged desired state reaches the agent of that host. */
export const commands = (bus: Bus, host: HostId): Promise<boolean> =>
  bus.request(subjects.desired(host), { revision: 1_000_000, items: [] }, HelloReply, ANSWER_MS).then(
    () => true,
    // An answer of any shape is an answer.
    (error: { code?: string }) => error.code === 'bad-reply',
  );
