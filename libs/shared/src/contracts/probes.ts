import { z } from 'zod';
import { MAX_ADDRESS, MAX_CAUSE, MAX_FIX } from './lengths.js';

/** Longest time for a probe, in seconds. */
export const MAX_PROBE_SECONDS = 30;
/** Most echo requests of one probe. */
export const MAX_PINGS = 100;
/** Most redirects that are followed. */
export const MAX_REDIRECTS = 3;
/** Of a body no more is read. */
export const MAX_PROBE_BYTES = 64 * 1024;

/** An IP address, or a name that the host's resolver knows. It never begins like an option. */
const ProbeHost = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9:_][A-Za-z0-9._:-]*$/, 'write an IP address or a name');

/** Whoever may read events would read a password in it. */
const ProbeUrl = z
  .url({ protocol: /^https?$/, error: 'write a URL of http or https' })
  .max(2048)
  .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url), 'a URL with a user or a password is not probed');

/** What is tried from inside a node's network namespace. */
export const ProbeTarget = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('ping'), host: ProbeHost, count: z.int().min(1).max(MAX_PINGS).default(4) }),
    z.object({ kind: z.literal('http'), url: ProbeUrl }),
    z.object({ kind: z.literal('tcp'), host: ProbeHost, port: z.int().min(1).max(65535) }),
  ])
  .meta({ id: 'ProbeTarget' });
export type ProbeTarget = z.infer<typeof ProbeTarget>;
export const ProbeKind = z.enum(['ping', 'http', 'tcp']).meta({ id: 'ProbeKind' });
export type ProbeKind = z.infer<typeof ProbeKind>;

/** How a probe ended: `reached`, or why not. Each of the others has its section in docs/errors.md. */
export const ProbeCode = z
  .enum([
    'reached',
    'connection-refused',
    'timed-out',
    'no-route',
    'outside-networks', // the node would not send it over any of its ZeroTier interfaces
    'address-not-probed', // loopback, link-local (cloud metadata), multicast
    'name-not-found',
    'tls-failed',
    'broken-off', // the connection ended in the middle, or what answers does not speak HTTP
    'too-many-redirects',
    'probe-tool-missing',
    'probe-failed',
  ])
  .meta({ id: 'ProbeCode' });
export type ProbeCode = z.infer<typeof ProbeCode>;

/** The result of a probe: figures alone, nothing of what a server answered. Times are milliseconds. */
export const ProbeResult = z
  .object({
    code: ProbeCode,
    cause: z.string().max(MAX_CAUSE),
    /** Empty: nothing is to be mended. */
    fix: z.string().max(MAX_FIX),
    /** The IP address that was tried last. */
    address: z.string().max(MAX_ADDRESS).nullable(),
    ms: z.number().nonnegative(),
    ping: z
      .object({
        sent: z.int(),
        received: z.int(),
        minMs: z.number().nullable(),
        averageMs: z.number().nullable(),
        maxMs: z.number().nullable(),
      })
      .optional(),
    http: z
      .object({ status: z.int(), bytes: z.int(), isWhole: z.boolean(), firstByteMs: z.number(), redirects: z.int() })
      .optional(),
    tcp: z.object({ connectMs: z.number() }).optional(),
  })
  .meta({ id: 'ProbeResult' });
export type ProbeResult = z.infer<typeof ProbeResult>;

/** As people read it. What stands behind the `?` of a URL may be a secret, and is not told. */
export function probeTargetText(target: ProbeTarget): string {
  switch (target.kind) {
    case 'ping':
      return target.host;
    case 'http':
      return target.url.replace(/\?.*$/s, '?…').replace(/#.*$/s, '');
    case 'tcp':
      return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
  }
}
