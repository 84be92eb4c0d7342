import { z } from 'zod';
import { MAX_ADDRESS, MAX_CAUSE, MAX_FIX } from './lengths.js';

/** Maximum time for a probe, in seconds. */
export const MAX_PROBE_SECONDS = 30;
/** Maximum number of echo requests of one probe. */
export const MAX_PINGS = 100;
/** Maximum number of redirects that are followed. */
export const MAX_REDIRECTS = 3;
/** Maximum size of a body that is read. */
export const MAX_PROBE_BYTES = 64 * 1024;

/** An IP address, or a name that the host's resolver knows. It never begins like a command-line option. */
const ProbeHost = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9:_][A-Za-z0-9._:-]*$/, 'write an IP address or a name');

/** Without user or password, because everybody who may read events would see them. */
const ProbeUrl = z
  .url({ protocol: /^https?$/, error: 'write a URL of http or https' })
  .max(2048)
  .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url), 'must not contain a user name or a password');

export const ProbeTarget = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('ping').describe('ICMP or ICMPv6 echo requests.'),
      host: ProbeHost.describe('IP address, or a name that the host resolves.'),
      count: z.int().min(1).max(MAX_PINGS).default(4).describe('How many echo requests to send.'),
    }),
    z.object({
      kind: z.literal('http').describe('One GET request; redirects are followed.'),
      url: ProbeUrl.describe('URL of http or https, without user or password.'),
    }),
    z.object({
      kind: z.literal('tcp').describe('One TCP connection.'),
      host: ProbeHost.describe('IP address, or a name that the host resolves.'),
      port: z.int().min(1).max(65535).describe('TCP port.'),
    }),
  ])
  .meta({ id: 'ProbeTarget', description: 'What is tested from inside a node’s network namespace.' });
export type ProbeTarget = z.infer<typeof ProbeTarget>;
export const ProbeKind = z.enum(['ping', 'http', 'tcp']).meta({ id: 'ProbeKind', description: 'What a probe tests.' });
export type ProbeKind = z.infer<typeof ProbeKind>;

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
    'broken-off', // the connection broke off, or the other side does not speak HTTP
    'too-many-redirects',
    'probe-tool-missing',
    'probe-failed',
  ])
  .meta({
    id: 'ProbeCode',
    description: 'How a probe ended: `reached`, or why not; docs/errors.md has a section for each of the others.',
  });
export type ProbeCode = z.infer<typeof ProbeCode>;

export const ProbeResult = z
  .object({
    code: ProbeCode.describe('How it ended.'),
    cause: z.string().max(MAX_CAUSE).describe('How it ended, in words.'),
    fix: z.string().max(MAX_FIX).describe('What to do about it; empty if nothing.'),
    address: z.string().max(MAX_ADDRESS).nullable().describe('IP address that was tried last; null: none was.'),
    ms: z.number().nonnegative().describe('Duration of the whole probe, in milliseconds.'),
    ping: z
      .object({
        sent: z.int().describe('Echo requests that were sent.'),
        received: z.int().describe('Replies that arrived.'),
        minMs: z.number().nullable().describe('Fastest reply in milliseconds; null: none arrived.'),
        averageMs: z.number().nullable().describe('Average of the replies in milliseconds; null: none arrived.'),
        maxMs: z.number().nullable().describe('Slowest reply in milliseconds; null: none arrived.'),
      })
      .optional()
      .describe('Figures of a ping.'),
    http: z
      .object({
        status: z.int().describe('Status of the last answer.'),
        bytes: z.int().describe('Bytes of the body that were read.'),
        isWhole: z.boolean().describe('Whether the whole body was read; at most 64 KiB are.'),
        firstByteMs: z.number().describe('Milliseconds until the first byte of the answer.'),
        redirects: z.int().describe('Redirects that were followed, at most 3.'),
      })
      .optional()
      .describe('Figures of an HTTP request.'),
    tcp: z
      .object({ connectMs: z.number().describe('Milliseconds until it was open.') })
      .optional()
      .describe('Figures of a TCP connection.'),
  })
  .meta({
    id: 'ProbeResult',
    description: 'The result of a probe: figures only, nothing of what a server answered. Times are in milliseconds.',
  });
export type ProbeResult = z.infer<typeof ProbeResult>;

/** The target as people read it. Whatever follows the `?` of a URL may be a secret, and is omitted. */
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
