import { z } from 'zod';
import { Name, NetworkId } from '../ids.js';
import { Labels, Selector } from '../labels.js';
import { page, PageQuery, Reference, Timestamp } from './common.js';

/** Each role may do all that the one before it may. */
export const Role = z.enum(['viewer', 'operator', 'admin']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

const YEAR_SECONDS = 366 * 86_400;

/** `hosts:env=staging;networks:lab,8056c2e21c000001`: either part, or both. */
export const TokenScope = z
  .string()
  .max(2000)
  .transform((text, context) => {
    const scope: { hosts: string | null; networks: string[] | null } = { hosts: null, networks: null };
    for (const part of text.split(';').map((one) => one.trim())) {
      const [, kind, rest] = /^(hosts|networks):(.+)$/.exec(part) ?? [];
      const isRight =
        rest !== undefined && (kind === 'hosts' ? scope.hosts === null : scope.networks === null) && isRest(kind, rest);
      if (!isRight)
        context.addIssue({
          code: 'custom',
          message: 'write hosts:SELECTOR, networks:NETWORK,NETWORK or both with a semicolon between them',
        });
      else if (kind === 'hosts') scope.hosts = rest;
      else scope.networks = rest.split(',').map((network) => network.trim());
    }
    return scope;
  });
export type TokenScope = z.infer<typeof TokenScope>;

const isRest = (kind: string | undefined, rest: string) =>
  kind === 'hosts' ? Selector.safeParse(rest).success : rest.split(',').every((network) => network.trim() !== '');

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: Role,
    /** What it may see and change: null for everything. */
    scope: z.object({ hosts: z.string().nullable(), networks: z.array(NetworkId).nullable() }).nullable(),
    /** Its first characters. */
    prefix: z.string(),
    state: z.enum(['valid', 'expired', 'revoked']),
    by: z.string(),
    createdAt: Timestamp,
    /** Null: never. */
    expiresAt: Timestamp.nullable(),
    /** To the minute. */
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiToken = z.infer<typeof ApiToken>;
export const ApiTokenPage = page(ApiToken, 'ApiTokenPage');
export type ApiTokenPage = z.infer<typeof ApiTokenPage>;

export const TokenQuery = PageQuery.extend({
  all: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .meta({ description: 'also those that are worth nothing any more' }),
});
export type TokenQuery = z.infer<typeof TokenQuery>;

export const ApiTokenPost = z
  .strictObject({
    name: Name,
    role: Role,
    scope: TokenScope.optional(),
    /** Seconds from now; without it the token does not expire. */
    expiresIn: z
      .int()
      .min(1)
      .max(10 * YEAR_SECONDS)
      .optional(),
  })
  .meta({ id: 'ApiTokenPost' });
export type ApiTokenPost = z.infer<typeof ApiTokenPost>;

/** The only time that the token itself is shown. */
export const ApiTokenMade = z.object({ token: ApiToken, secret: z.string() }).meta({ id: 'ApiTokenMade' });
export type ApiTokenMade = z.infer<typeof ApiTokenMade>;

/** In the place of a secret, when an answer is repeated for its Idempotency-Key: no secret is kept for that. */
export const Withheld = z
  .object({
    cause: z.string().meta({ description: 'Why the secret is not in this answer' }),
    fix: z.string().meta({ description: 'How to get a token whose secret you know' }),
  })
  .meta({ id: 'Withheld' });
export type Withheld = z.infer<typeof Withheld>;

/** The repeated answer: the token is there, and its secret was in the first answer only. */
export const ApiTokenReplayed = z.object({ token: ApiToken, withheld: Withheld }).meta({ id: 'ApiTokenReplayed' });
export type ApiTokenReplayed = z.infer<typeof ApiTokenReplayed>;

export const JoinToken = z
  .object({
    id: z.string(),
    /** Of the host that it is for; null: each host says its own. */
    name: Name.nullable(),
    prefix: z.string(),
    state: z.enum(['valid', 'used', 'expired', 'revoked']),
    uses: z.int(),
    usesLeft: z.int(),
    labels: Labels,
    /** Whether the labels that a machine says of itself count, too, where the token says nothing else. */
    ownLabels: z.boolean().default(false),
    networks: z.array(NetworkId),
    /** Hosts of this token are removed when they were away for so many seconds; null: they stay. */
    ephemeral: z.int().nullable().default(null),
    /** The host whose place the next one takes. */
    replaces: z.string().nullable(),
    /** Names of the hosts that enrolled with it. */
    hosts: z.array(z.string()),
    by: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp,
  })
  .meta({ id: 'JoinToken' });
export type JoinToken = z.infer<typeof JoinToken>;
export const JoinTokenPage = page(JoinToken, 'JoinTokenPage');
export type JoinTokenPage = z.infer<typeof JoinTokenPage>;

export const JoinTokenPost = z
  .strictObject({
    name: Name.optional(),
    uses: z.int().min(1).max(10_000).default(1),
    expiresIn: z.int().min(1).max(YEAR_SECONDS).default(900),
    labels: Labels.default({}),
    /**
     * Let the labels that a machine says of itself count, too, where `labels` says nothing else. Labels give hosts a place in scopes and
     * admission to networks: only for machines that you trust with that.
     */
    ownLabels: z.boolean().default(false),
    /** Networks that the host's own daemon joins. */
    networks: z.array(Reference).max(50).default([]),
    /** Seconds: a host that was not heard of for so long is removed, with its memberships. Without it, hosts stay. */
    ephemeral: z.int().min(60).max(YEAR_SECONDS).optional(),
    replaces: Reference.optional(),
  })
  .refine(({ name, uses }) => name === undefined || uses === 1, 'a token for one host has one use')
  .refine(({ replaces, uses }) => replaces === undefined || uses === 1, 'a token that replaces a host has one use')
  .refine(
    ({ replaces, name }) => replaces === undefined || name === undefined,
    'a host that replaces another has its name',
  )
  .refine(
    ({ replaces, ownLabels }) => replaces === undefined || !ownLabels,
    'a host that replaces another has its labels',
  )
  .meta({ id: 'JoinTokenPost' });
export type JoinTokenPost = z.infer<typeof JoinTokenPost>;

export const JoinTokenMade = z.object({ token: JoinToken, secret: z.string() }).meta({ id: 'JoinTokenMade' });
export type JoinTokenMade = z.infer<typeof JoinTokenMade>;

export const JoinTokenReplayed = z.object({ token: JoinToken, withheld: Withheld }).meta({ id: 'JoinTokenReplayed' });
export type JoinTokenReplayed = z.infer<typeof JoinTokenReplayed>;
