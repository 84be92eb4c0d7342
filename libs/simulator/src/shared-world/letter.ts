import { NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { z } from 'zod';
import { parseIdentity } from '../model/identity.js';
import { controllerOf } from '../model/ids.js';

/** Longer letters are not sent, and a sender of one is disconnected. Thousands of routes fit. */
export const LETTER_BYTES = 1024 * 1024;

const Text = z.string().max(512);
const Texts = z.array(Text).max(1_000);

const Config = z.object({
  ...{ name: Text, public: z.boolean(), revision: z.int(), mtu: z.int(), broadcast: z.boolean(), bridge: z.boolean() },
  addresses: Texts,
  routes: z.array(z.object({ target: Text, via: Text.nullable() })).max(10_000),
  dns: z.object({ domain: Text, servers: Texts }),
});

const Refusal = z.object({
  code: z.enum(['ACCESS_DENIED', 'NOT_FOUND', 'AUTHENTICATION_REQUIRED', 'CLIENT_TOO_OLD']),
  authenticationUrl: z.string().max(2_048).optional(),
});

const about = { from: NodeAddress, to: NodeAddress, networkId: NetworkId };

/** Only the controller named in a network's ID may speak for it, and nobody may ask in another node's name. */
export const CarriedMessage = z.discriminatedUnion('kind', [
  z
    .object({ ...about, kind: z.literal('config-request'), identity: Text })
    .refine(({ networkId, to }) => controllerOf(networkId) === to, 'the network has another controller')
    .refine(
      ({ identity, from }) => parseIdentity(identity)?.address === from,
      'the identity does not belong to the sender',
    ),
  z
    .object({ ...about, kind: z.literal('config'), config: Config })
    .refine(({ networkId, from }) => controllerOf(networkId) === from, 'the network has another controller'),
  z
    .object({ ...about, kind: z.literal('refusal'), refusal: Refusal })
    .refine(({ networkId, from }) => controllerOf(networkId) === from, 'the network has another controller'),
]);

const EchoId = z.string().regex(/^[0-9a-f]{16}$/);

/** What one simulated host puts into another's letterbox. */
export const Letter = z.object({
  /** The letterbox for the answers, and later for changes. */
  answersTo: NodeAddress,
  message: CarriedMessage.optional(),
  /** Does any node of yours have this address in the network? Only a yes is answered. */
  echo: z.object({ id: EchoId, networkId: NetworkId, ip: z.string().max(64) }).optional(),
  /** Yes to the echo with this id. */
  echoed: EchoId.optional(),
});
export type Letter = z.infer<typeof Letter>;
