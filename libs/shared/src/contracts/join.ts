import { z } from 'zod';
import { HostId, Name, NodeId } from './ids.js';
import { Labels } from './labels.js';

/** Public half of the key with which a host proves who it is: an nkey of a user. The seed never leaves the host. */
export const HostKey = z
  .string()
  .regex(/^U[A-Z2-7]{55}$/, 'has to be the public nkey of a user')
  .meta({ description: 'public nkey of a user: U and 55 base32 characters' });
export type HostKey = z.infer<typeof HostKey>;

/** Ed25519 signature in base64. */
const Proof = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'has to be an Ed25519 signature in base64');
const Nonce = z.string().max(200);

/** `POST /v1/join/nonce`: what a host signs to prove that it has the seed of its key. Good for a minute. */
export const JoinNonce = z.object({ nonce: Nonce }).meta({ id: 'JoinNonce' });
export type JoinNonce = z.infer<typeof JoinNonce>;

/** What is signed, for one purpose and no other. */
export const joinText = ({ nonce, installation }: { nonce: string; installation: string }): string =>
  ['orrery join', nonce, installation].join('\n');
export const renewText = ({ nonce, host, next }: { nonce: string; host: HostId; next: HostKey | undefined }): string =>
  ['orrery renew', nonce, host, next ?? '-'].join('\n');

/** `POST /v1/join`: how a host becomes known. The join secret stands in the Authorization header. */
export const JoinRequest = z
  .strictObject({
    name: Name,
    /** Wishes: with a token they count only if it was made with `ownLabels`. */
    labels: Labels.default({}),
    simulated: z.boolean().default(false),
    agentVersion: z.string().max(64),
    /** Idempotency: the same installation asks again with the same key and gets the same host. */
    installation: z.string().regex(/^[a-z2-7]{32,64}$/),
    /** Who it already is: it must not become another host by asking again. */
    host: HostId.optional(),
    key: HostKey,
    nonce: Nonce,
    /** Of `joinText`, by `key`. */
    proof: Proof,
  })
  .meta({ id: 'JoinRequest' });
export type JoinRequest = z.infer<typeof JoinRequest>;

/** `POST /v1/join/renew`: a host that has joined asks for what lets it in. Its key says who it is: no other secret is needed. */
export const RenewRequest = z
  .strictObject({
    host: HostId,
    key: HostKey,
    nonce: Nonce,
    /** Of `renewText`, by `key`. */
    proof: Proof,
    /** The key that takes the place of `key`, once a person asked for that; `proof` is of the same text, by this key. */
    next: z.strictObject({ key: HostKey, proof: Proof }).optional(),
  })
  .meta({ id: 'RenewRequest' });
export type RenewRequest = z.infer<typeof RenewRequest>;

export const JoinReply = z
  .object({
    hostId: HostId,
    /** Id of the node that is the host's own daemon. */
    nodeId: NodeId,
    name: Name,
    nats: z.object({
      url: z.string(),
      /** Lets the holder of the host's key use the host's own subjects, until it expires; null: the server knows users instead. */
      jwt: z.string().nullable().default(null),
      user: z.string().nullable(),
      password: z.string().nullable(),
      /** PEM of the authority under which NATS shows itself; null: without TLS, or under a public one. */
      ca: z.string().nullable().default(null),
    }),
    /** Public keys whose signatures the agent accepts: key id and base64 of the raw 32 bytes. */
    /** Labels that the machine asked for and did not get, because its token does not let it choose labels. */
    ignoredLabels: Labels.optional(),
    signingKeys: z.array(z.object({ id: z.string(), publicKey: z.string() })).min(1),
  })
  .meta({ id: 'JoinReply' });
export type JoinReply = z.infer<typeof JoinReply>;
