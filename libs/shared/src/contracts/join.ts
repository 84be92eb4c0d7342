import { z } from 'zod';
import { HostId, Name, NodeId } from './ids.js';
import { Labels } from './labels.js';

/** Public half of the key that proves the identity of a host: an nkey of a user. The seed never leaves the host. */
export const HostKey = z
  .string()
  .regex(/^U[A-Z2-7]{55}$/, 'must be the public nkey of a user')
  .meta({ description: 'public nkey of a user: U and 55 base32 characters' });
export type HostKey = z.infer<typeof HostKey>;

/** Ed25519 signature in base64. */
const Proof = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'must be an Ed25519 signature in base64');
const Nonce = z.string().max(200);

export const JoinNonce = z
  .object({ nonce: Nonce.describe('What to sign; valid for a minute.') })
  .meta({ id: 'JoinNonce', description: 'A nonce to sign, to prove possession of a key.' });
export type JoinNonce = z.infer<typeof JoinNonce>;

/** The text to sign, each for one purpose only. */
export const joinText = ({ nonce, installation }: { nonce: string; installation: string }): string =>
  ['orrery join', nonce, installation].join('\n');
export const renewText = ({ nonce, host, next }: { nonce: string; host: HostId; next: HostKey | undefined }): string =>
  ['orrery renew', nonce, host, next ?? '-'].join('\n');

export const JoinRequest = z
  .strictObject({
    name: Name.describe('Name that it requests.'),
    labels: Labels.default({}).describe(
      'Labels that it claims; with a join token they count only if the token was created with `ownLabels`.',
    ),
    simulated: z.boolean().default(false).describe('True: it only simulates its engine and its zerotier-one.'),
    agentVersion: z.string().max(64).describe('Version of its agent.'),
    installation: z
      .string()
      .regex(/^[a-z2-7]{32,64}$/)
      .describe('Random id of the installation: the same one with the same key gets the same host again.'),
    host: HostId.optional().describe('Id of the host that it already is: it must not become another by asking again.'),
    key: HostKey.describe('Its public key.'),
    nonce: Nonce.describe('A nonce from `POST /v1/join/nonce`.'),
    proof: Proof.describe(
      'Ed25519 signature in base64, by `key`, of three lines: `orrery join`, the nonce, the installation.',
    ),
  })
  .meta({ id: 'JoinRequest', description: 'A machine asks to become a host.' });
export type JoinRequest = z.infer<typeof JoinRequest>;

export const RenewRequest = z
  .strictObject({
    host: HostId.describe('Id of the host.'),
    key: HostKey.describe('Its public key.'),
    nonce: Nonce.describe('A nonce from `POST /v1/join/nonce`.'),
    proof: Proof.describe(
      'Ed25519 signature in base64, by `key`, of four lines: `orrery renew`, the nonce, the host id, the next key or `-`.',
    ),
    next: z
      .strictObject({
        key: HostKey.describe('The next public key.'),
        proof: Proof.describe('Signature of the same text by the next key.'),
      })
      .optional()
      .describe('The key that replaces `key`, once a person has requested that.'),
  })
  .meta({ id: 'RenewRequest', description: 'A host requests new NATS credentials. Its key proves its identity.' });
export type RenewRequest = z.infer<typeof RenewRequest>;

export const JoinReply = z
  .object({
    hostId: HostId.describe('Id of the host.'),
    nodeId: NodeId.describe('Id of the node that is the host’s own daemon.'),
    name: Name.describe('Name that the host got.'),
    nats: z
      .object({
        url: z.string().describe('URL of NATS.'),
        jwt: z
          .string()
          .nullable()
          .default(null)
          .describe(
            'Lets the holder of the host’s key use the host’s own subjects until it expires; null: NATS knows users instead.',
          ),
        user: z.string().nullable().describe('User, where NATS knows users; null otherwise.'),
        password: z.string().nullable().describe('Password of that user; null otherwise.'),
        ca: z
          .string()
          .nullable()
          .default(null)
          .describe('Certificate of the authority of NATS in PEM; null: without TLS, or with a public authority.'),
      })
      .describe('How to reach NATS.'),
    ignoredLabels: Labels.optional().describe(
      'Labels that the machine claimed and did not get, because its token does not let it choose.',
    ),
    signingKeys: z
      .array(
        z.object({
          id: z.string().describe('Id of the key.'),
          publicKey: z.string().describe('The raw 32 bytes in base64.'),
        }),
      )
      .min(1)
      .describe('Public keys whose signatures the agent accepts.'),
  })
  .meta({ id: 'JoinReply', description: 'What a host needs to work.' });
export type JoinReply = z.infer<typeof JoinReply>;
