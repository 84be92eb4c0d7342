import { z } from 'zod';
import { duration, YEAR_SECONDS } from '../durations.js';
import { Name, NetworkId } from '../ids.js';
import { Labels, Selector } from '../labels.js';
import { page, PageQuery, Reference, Timestamp } from './common.js';

/** Each role may do all that the one before it may. */
export const Role = z.enum(['viewer', 'operator', 'admin']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

/** What a token may see and change: the hosts that a selector matches, some networks, or both. The same in and out. */
export const TokenScope = z
  .strictObject({
    /** A selector of hosts; null: all of them. */
    hosts: z
      .string()
      .max(1000)
      .refine(
        (text) => Selector.safeParse(text).success,
        'write key=value, key!=value, key or !key, with commas between them',
      )
      .nullable()
      .default(null),
    /** IDs, or when it is made also names; null: all of them. */
    networks: z.array(Reference).min(1).max(100).nullable().default(null),
  })
  .refine(({ hosts, networks }) => hosts !== null || networks !== null, 'give hosts, networks or both')
  .meta({ id: 'TokenScope' });
export type TokenScope = z.infer<typeof TokenScope>;

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: Role,
    /** What it may see and change: null for everything. */
    scope: TokenScope.nullable(),
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
    /** Null or absent: everything. */
    scope: TokenScope.nullable().optional(),
    /** From now on, such as `90d`; without it the token does not expire. */
    expiresIn: duration(1, 10 * YEAR_SECONDS).optional(),
  })
  .meta({ id: 'ApiTokenPost' });
export type ApiTokenPost = z.infer<typeof ApiTokenPost>;

/** The only time that the token itself is shown. */
export const ApiTokenMade = z.object({ token: ApiToken, secret: z.string() }).meta({ id: 'ApiTokenMade' });
export type ApiTokenMade = z.infer<typeof ApiTokenMade>;

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
    /** Hosts of this token are removed when they were away for so long, such as `24h`; null: they stay. */
    ephemeral: z.string().nullable().default(null),
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
    expiresIn: duration(1, YEAR_SECONDS).default('15m'),
    labels: Labels.default({}),
    /**
     * Let the labels that a machine says of itself count, too, where `labels` says nothing else. Labels give hosts a place in scopes and
     * admission to networks: only for machines that you trust with that.
     */
    ownLabels: z.boolean().default(false),
    /** Networks that the host's own daemon joins. */
    networks: z.array(Reference).max(50).default([]),
    /** A host that was not heard of for so long, such as `24h`, is removed, with its memberships. Without it, hosts stay. */
    ephemeral: duration(60, YEAR_SECONDS).optional(),
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
