import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { duration, durationSeconds, YEAR_SECONDS } from '@orrery/shared/contracts';
import { readConfig, Secret } from '@orrery/shared/runtime';
import { withPasswordOf } from './database/database-url.js';
import { decideTls, type TlsSource } from './tls/exposure.js';
import { ownHosts } from './tls/server-names.js';

/** Injection token of `ApiConfig`. */
export const API_CONFIG = Symbol('API_CONFIG');

const secret = (value: string) => new Secret(value);
const PostgresUrl = z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'write postgres://user:password@host:5432/database');
const NatsUrl = z.string().regex(/^(nats|tls):\/\/\S+$/, 'write nats://host:4222');
/** The maximum of the setting. Revoked keys are remembered for as long. */
export const LONGEST_HOST_JWT_HOURS = 168;
const MEGABYTE = 1024 * 1024;
const DAY_SECONDS = 86_400;
/** Addresses and networks. */
const prefixes = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((prefix) => prefix.trim() || []))
  .refine((texts) => texts.every((text) => parsePrefix(text)), 'write addresses and networks, as 10.0.0.7,10.1.0.0/16');
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Every setting of the API process, by the name of its environment variable. docs/config.md is generated from this. */
export const ApiSettings = z.object({
  ORRERY_HOME: z
    .string()
    .default(join(homedir(), '.orrery'))
    .meta({ description: 'State folder, mode 0700; secrets are in `secrets` below it.' }),
  ORRERY_LISTEN: z
    .string()
    .default('127.0.0.1')
    .meta({ description: 'Address on which the HTTP API listens; beyond loopback it speaks HTTPS only.' }),
  ORRERY_PORT: whole(0, 65_535).default(7070).meta({ description: 'Port of the HTTP API; 0 takes a free one.' }),
  ORRERY_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({
      description:
        'Where hosts and people reach the API, such as `https://orrery.lan:7070`; by default its own address.',
    }),
  ORRERY_TLS: z.enum(['auto', 'on', 'off']).default('auto').meta({
    description:
      'Whether the API uses HTTPS. `auto`: beyond loopback, with a certificate from its own private CA. `off` sends tokens unencrypted: use it only in a trusted network, or behind a proxy that encrypts.',
  }),
  ORRERY_TLS_CERT: z.string().optional().meta({
    description:
      'Certificate file (PEM, with its chain) to use instead, together with `ORRERY_TLS_KEY`; read again when it changes.',
  }),
  ORRERY_TLS_KEY: z.string().optional().meta({ description: 'File of its private key (PEM).' }),
  ORRERY_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => name.trim().toLowerCase() || []))
    .meta({ description: 'Additional names under which the API can be called (`Host` header), separated by commas.' }),
  ORRERY_TRUSTED_PROXIES: prefixes.meta({
    description:
      'Addresses and networks of the reverse proxies in front of the API, separated by commas. Only they are trusted to report whose request they forward (`X-Forwarded-For`), by which strangers are counted.',
  }),
  ORRERY_CENTRAL_PREFIXES: prefixes.meta({
    description:
      'Where a controller with the API of ZeroTier Central is allowed to be, besides the public internet, such as `10.1.0.0/16,127.0.0.1`. If the URL of a controller leads to any other address, the API does not connect, and never to a link-local one.',
  }),
  ORRERY_ROOT_DOOR: z
    .string()
    .transform((path) => path || undefined)
    .optional()
    .meta({
      description:
        'Folder that your own root (`orrery-zt root`) shares with the API as its door. The root then knows nodes before they start, so many can start at once.',
    }),
  DATABASE_URL: PostgresUrl.transform(secret).meta({ description: 'The Postgres database, as a URL.' }),
  ORRERY_DATABASE_PASSWORD_FILE: z.string().optional().meta({
    description: 'File with its password, to keep it out of `DATABASE_URL` and so out of the environment.',
  }),
  ORRERY_DATABASE_POOL: whole(2, 200).default(12).meta({
    description: 'Maximum number of pooled connections to the database; two more are for notifications and leadership.',
  }),
  NATS_URL: NatsUrl.transform(secret).meta({
    description:
      'The NATS server, as `nats://host:4222`, or a name with an address for each server of a cluster. Its configuration includes `secrets/nats/server.conf`, which defines the permissions. With a user and password in the URL, every agent shares that user: use this only for a server that cannot be configured that way.',
  }),
  ORRERY_AGENT_NATS_URL: NatsUrl.transform(secret)
    .optional()
    .meta({ description: 'The NATS address that agents get when they join; by default `NATS_URL`.' }),
  ORRERY_HOST_JWT_HOURS: z.coerce.number().positive().max(LONGEST_HOST_JWT_HOURS).default(24).meta({
    description:
      'How long the NATS credential of a host is valid; its agent renews it after two thirds of that. A host that was cut off from the API for longer gets a new one with its key.',
  }),
  ORRERY_JOIN_SECRET_FILE: z.string().optional().meta({
    description: 'File with the secret that hosts use to join; by default `secrets/join.secret` in the state folder.',
  }),
  ORRERY_HEARTBEAT_SECONDS: z.coerce.number().min(0.1).max(300).default(5).meta({
    description: 'Seconds between heartbeats of an agent; a host is unreachable after three missed heartbeats.',
  }),
  ORRERY_HOST_EVENTS_MB: whole(1, 100_000).default(128).meta({
    description:
      'Maximum megabytes of events that one host can report at once, as after a day without the API: twice what an agent keeps by default. Beyond that it has to wait, and a finding names it.',
  }),
  ORRERY_HOST_EVENTS_MB_PER_DAY: whole(1, 1_000_000)
    .default(256)
    .meta({ description: 'How many megabytes of that allowance one host regains per day.' }),
  ORRERY_EVENT_RETENTION_DAYS: whole(1, 36_500)
    .default(400)
    .meta({ description: 'How many days events and ended commands are kept.' }),
  ORRERY_LABEL_GRACE: duration(1, 30 * DAY_SECONDS)
    .default('10m')
    .meta({
      description:
        'How long a membership stays after the workload whose label asked for it was removed, or lost the label, such as `10m`.',
    }),
  ORRERY_LABEL_IDENTITY_GRACE: duration(1, YEAR_SECONDS).default('7d').meta({
    description:
      'How long the identity of such a node is kept, with which a workload that comes back has the same address, such as `7d`.',
  }),
  ORRERY_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'Least severe level that is logged.' }),
  ORRERY_LOG_FILE: z.string().optional().meta({
    description:
      'File to which standard output is redirected, opened for appending: the process keeps it below 10 MB, with two older ones beside it. `npm start` sets it; without it, the reader of the output must limit its size.',
  }),
});

export interface ApiConfig {
  home: string;
  /** Folder of the API's secrets; each file has mode 0600 and is created at the first start. */
  secretsFolder: string;
  listen: string;
  port: number;
  /** As given, without a trailing slash; undefined: the address on which the API listens. */
  publicUrl: string | undefined;
  tls: TlsSource;
  allowedHosts: string[];
  trustedProxies: string[];
  /** Where Central may be, besides the public internet. */
  centralPrefixes: Prefix[];
  /** The door of the private root; undefined if there is none. */
  rootDoor: string | undefined;
  databaseUrl: Secret;
  databasePool: number;
  natsUrl: Secret;
  agentNatsUrl: Secret;
  hostJwtSeconds: number;
  joinSecretFile: string;
  heartbeatMs: number;
  /** Bytes of events of one host: at once, and how many it regains each second. */
  hostEvents: { burst: number; perSecond: number };
  eventRetentionDays: number;
  /** How long what labels made stays without its workload, in milliseconds. */
  labelGraces: { membership: number; identity: number };
  /** The file to which standard output goes, if the process itself is to limit its size. */
  logFile: string | undefined;
  logLevel: z.infer<typeof ApiSettings>['ORRERY_LOG_LEVEL'];
}

/** Reads the settings. Throws one AppError that names every invalid setting. */
export function loadConfig(env: Record<string, string | undefined>): ApiConfig {
  const settings = readConfig(ApiSettings, env);
  const secretsFolder = join(settings.ORRERY_HOME, 'secrets');
  const listen = settings.ORRERY_LISTEN;
  const publicUrl = settings.ORRERY_PUBLIC_URL;
  return {
    home: settings.ORRERY_HOME,
    secretsFolder,
    listen,
    port: settings.ORRERY_PORT,
    publicUrl,
    tls: decideTls({
      listen,
      publicUrl,
      mode: settings.ORRERY_TLS,
      certFile: settings.ORRERY_TLS_CERT,
      keyFile: settings.ORRERY_TLS_KEY,
    }),
    allowedHosts: [...settings.ORRERY_ALLOWED_HOSTS, ...ownHosts(listen, publicUrl)],
    trustedProxies: settings.ORRERY_TRUSTED_PROXIES,
    centralPrefixes: settings.ORRERY_CENTRAL_PREFIXES.flatMap((text) => parsePrefix(text) ?? []),
    rootDoor: settings.ORRERY_ROOT_DOOR,
    databaseUrl: withPasswordOf(settings.ORRERY_DATABASE_PASSWORD_FILE, settings.DATABASE_URL),
    databasePool: settings.ORRERY_DATABASE_POOL,
    natsUrl: settings.NATS_URL,
    agentNatsUrl: settings.ORRERY_AGENT_NATS_URL ?? settings.NATS_URL,
    hostJwtSeconds: settings.ORRERY_HOST_JWT_HOURS * 3600,
    joinSecretFile: settings.ORRERY_JOIN_SECRET_FILE ?? join(secretsFolder, 'join.secret'),
    heartbeatMs: settings.ORRERY_HEARTBEAT_SECONDS * 1000,
    hostEvents: {
      burst: settings.ORRERY_HOST_EVENTS_MB * MEGABYTE,
      perSecond: (settings.ORRERY_HOST_EVENTS_MB_PER_DAY * MEGABYTE) / DAY_SECONDS,
    },
    eventRetentionDays: settings.ORRERY_EVENT_RETENTION_DAYS,
    labelGraces: {
      membership: durationSeconds(settings.ORRERY_LABEL_GRACE) * 1000,
      identity: durationSeconds(settings.ORRERY_LABEL_IDENTITY_GRACE) * 1000,
    },
    logFile: settings.ORRERY_LOG_FILE,
    logLevel: settings.ORRERY_LOG_LEVEL,
  };
}
