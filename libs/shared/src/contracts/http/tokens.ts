import { z } from 'zod';
import { duration, YEAR_SECONDS } from '../durations.js';
import { Name, NetworkId } from '../ids.js';
import { Labels, Selector } from '../labels.js';
import { page, PageQuery, Reference, Timestamp } from './common.js';

export const Role = z.enum(['viewer', 'operator', 'admin']).meta({
  id: 'Role',
  description:
    'What a token is allowed to do: `viewer` reads, `operator` also changes, `admin` also manages hosts, controllers and tokens.',
});
export type Role = z.infer<typeof Role>;

/** What a token can see and change: the hosts that a selector matches, some networks, or both. The same in requests and answers. */
export const TokenScope = z
  .strictObject({
    hosts: z
      .string()
      .max(1000)
      .refine(
        (text) => Selector.safeParse(text).success,
        'write key=value, key!=value, key or !key, with commas between them',
      )
      .nullable()
      .default(null)
      .meta({
        description: 'Label selector of its hosts; null: it is not limited to hosts.',
        example: 'site=cloud',
      }),
    networks: z
      .array(Reference)
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Its networks: 16-digit IDs, or names when the token is created; null: it is not limited to networks.'),
  })
  .refine(({ hosts, networks }) => hosts !== null || networks !== null, 'give hosts, networks or both')
  .meta({
    id: 'TokenScope',
    description: 'What a token can see and change: the hosts that a selector matches, some networks, or both.',
  });
export type TokenScope = z.infer<typeof TokenScope>;

export const ApiToken = z
  .object({
    id: z.string().describe('Id of the token.'),
    name: z.string().describe('Name, unique among valid tokens; commands and events show it as `by`.'),
    role: Role.describe('What it is allowed to do.'),
    scope: TokenScope.nullable().describe('What it can see and change; null: everything.'),
    prefix: z.string().describe('First characters of the secret, to recognize it by.'),
    state: z.enum(['valid', 'expired', 'revoked']).describe('Whether it can still be used.'),
    by: z.string().describe('Name of the API token that requested it.'),
    createdAt: Timestamp.describe('When it was created.'),
    expiresAt: Timestamp.nullable().describe('When it expires; null: never.'),
    lastUsedAt: Timestamp.nullable().describe('When it was last used, to the minute; null: never.'),
  })
  .meta({ id: 'ApiToken', description: 'A token of a person or a script, without its secret.' });
export type ApiToken = z.infer<typeof ApiToken>;
export const ApiTokenPage = page(ApiToken, 'ApiTokenPage');
export type ApiTokenPage = z.infer<typeof ApiTokenPage>;

export const TokenQuery = PageQuery.extend({
  all: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .meta({ description: 'True: also tokens that are used up, expired or revoked.', example: true }),
});
export type TokenQuery = z.infer<typeof TokenQuery>;

export const ApiTokenPost = z
  .strictObject({
    name: Name.describe('Name for it: what commands and events show as `by`.'),
    role: Role.describe('What it is allowed to do.'),
    scope: TokenScope.nullable().optional().describe('What it can see and change; null or left out: everything.'),
    expiresIn: duration(1, 10 * YEAR_SECONDS)
      .optional()
      .meta({
        description: 'Time from now until it expires, such as `90d`; left out: it does not expire.',
        example: '90d',
      }),
  })
  .meta({ id: 'ApiTokenPost', description: 'A token to create.' });
export type ApiTokenPost = z.infer<typeof ApiTokenPost>;

export const ApiTokenMade = z
  .object({
    token: ApiToken.describe('The token.'),
    secret: z.string().describe('What to send as `Authorization: Bearer`. Store it now.'),
  })
  .meta({ id: 'ApiTokenMade', description: 'A new token. This answer is the only one that shows its secret.' });
export type ApiTokenMade = z.infer<typeof ApiTokenMade>;

/** Replaces a secret when an answer is repeated for its Idempotency-Key, because the secret is not stored. */
export const Withheld = z
  .object({
    cause: z.string().meta({ description: 'Why the secret is not in this answer' }),
    fix: z.string().meta({ description: 'How to get a token whose secret you know' }),
  })
  .meta({
    id: 'Withheld',
    description: 'Replaces a secret when an answer is repeated: no secret is kept for that.',
  });
export type Withheld = z.infer<typeof Withheld>;

/** The repeated answer: it has the token, but only the first answer had its secret. */
export const ApiTokenReplayed = z
  .object({
    token: ApiToken.describe('The token.'),
    withheld: Withheld.describe('Why its secret is not here, and what to do.'),
  })
  .meta({ id: 'ApiTokenReplayed', description: 'The answer about a new token, repeated without its secret.' });
export type ApiTokenReplayed = z.infer<typeof ApiTokenReplayed>;

export const JoinToken = z
  .object({
    id: z.string().describe('Id of the token.'),
    name: Name.nullable().describe('Name of the host that it is for; null: each machine names itself.'),
    prefix: z.string().describe('First characters of the secret, to recognize it by.'),
    state: z.enum(['valid', 'used', 'expired', 'revoked']).describe('Whether it can still be used.'),
    uses: z.int().describe('How many machines can enroll with it.'),
    usesLeft: z.int().describe('How many of them are left.'),
    labels: Labels.describe('Labels that its hosts get.'),
    ownLabels: z
      .boolean()
      .default(false)
      .describe('True: labels that a machine claims count too, where the token says nothing else.'),
    networks: z.array(NetworkId).describe('IDs of the networks that the host’s own daemon joins.'),
    ephemeral: z.string().nullable().default(null).meta({
      description: 'Time after which its hosts are removed if they are unreachable, such as `24h`; null: they stay.',
      example: '24h',
    }),
    replaces: z.string().nullable().describe('Name of the host that the next machine replaces; null: none.'),
    hosts: z.array(z.string()).describe('Names of the hosts that enrolled with it.'),
    by: z.string().describe('Name of the API token that requested it.'),
    createdAt: Timestamp.describe('When it was created.'),
    expiresAt: Timestamp.describe('When it expires.'),
  })
  .meta({ id: 'JoinToken', description: 'A token with which machines become hosts, without its secret.' });
export type JoinToken = z.infer<typeof JoinToken>;
export const JoinTokenPage = page(JoinToken, 'JoinTokenPage');
export type JoinTokenPage = z.infer<typeof JoinTokenPage>;

export const JoinTokenPost = z
  .strictObject({
    name: Name.optional().describe('Name for the host; left out: each machine names itself. Needs `uses: 1`.'),
    uses: z.int().min(1).max(10_000).default(1).describe('How many machines can enroll with it.'),
    expiresIn: duration(1, YEAR_SECONDS)
      .default('15m')
      .meta({ description: 'Time from now until it expires, such as `15m`.', example: '15m' }),
    labels: Labels.default({}).describe('Labels that its hosts get.'),
    ownLabels: z
      .boolean()
      .default(false)
      .describe(
        'True: labels that a machine claims count too, where `labels` says nothing else. Labels decide about scopes and admission: only for machines that you trust with that.',
      ),
    networks: z
      .array(Reference)
      .max(50)
      .default([])
      .describe('Networks that the host’s own daemon joins: 16-digit IDs or names.'),
    ephemeral: duration(60, YEAR_SECONDS).optional().meta({
      description:
        'Time after which a host is removed with its memberships if it is unreachable, such as `24h`; left out: hosts stay.',
      example: '24h',
    }),
    replaces: Reference.optional().describe(
      'A host that the machine replaces: its name or id. The machine gets its name, labels and items.',
    ),
  })
  .refine(({ name, uses }) => name === undefined || uses === 1, 'a token for one host must have exactly one use')
  .refine(
    ({ replaces, uses }) => replaces === undefined || uses === 1,
    'a token that replaces a host must have exactly one use',
  )
  .refine(
    ({ replaces, name }) => replaces === undefined || name === undefined,
    'a host that replaces another keeps its name',
  )
  .refine(
    ({ replaces, ownLabels }) => replaces === undefined || !ownLabels,
    'a host that replaces another keeps its labels',
  )
  .meta({ id: 'JoinTokenPost', description: 'A join token to create.' });
export type JoinTokenPost = z.infer<typeof JoinTokenPost>;

export const JoinTokenMade = z
  .object({
    token: JoinToken.describe('The token.'),
    secret: z.string().describe('What the machine enrolls with. Store it now.'),
  })
  .meta({ id: 'JoinTokenMade', description: 'A new join token. This answer is the only one that shows its secret.' });
export type JoinTokenMade = z.infer<typeof JoinTokenMade>;

export const JoinTokenReplayed = z
  .object({
    token: JoinToken.describe('The token.'),
    withheld: Withheld.describe('Why its secret is not here, and what to do.'),
  })
  .meta({ id: 'JoinTokenReplayed', description: 'The answer about a new join token, repeated without its secret.' });
export type JoinTokenReplayed = z.infer<typeof JoinTokenReplayed>;
