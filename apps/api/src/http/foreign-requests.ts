import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { IncomingHttpHeaders } from 'node:http';

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a Host header names this API. A browser that was lured to a foreign name which resolves to 127.0.0.1 (DNS
 * rebinding) sends that foreign name and gets nothing. `allowed` entries are names, with a port (`orrery.lan:7070`) or
 * without (any port).
 */
export function isOurHost(header: string | undefined, port: number, allowed: readonly string[]): boolean {
  if (!header) return false;
  const host = header.toLowerCase();
  const name = host.replace(/:\d+$/, '');
  const asked = host.length > name.length ? Number(host.slice(name.length + 1)) : 80;
  if (LOCAL.includes(name) && asked === port) return true;
  return allowed.some((entry) => entry.toLowerCase() === host || entry.toLowerCase() === name);
}

export function foreignHostHeader(header: string | undefined): AppError {
  if (header === undefined)
    return new AppError({ kind: 'user', ...explain('bad-request', { cause: 'the request has no Host header' }) });
  return new AppError({
    kind: 'user',
    ...explain('foreign-host-header', { cause: `this API does not serve the host ${header.slice(0, 100)}` }),
  });
}

const READING = new Set(['GET', 'HEAD']);
const OURS = new Set<unknown>([undefined, 'same-origin', 'none']);

/**
 * Why a request that may change something is refused as coming from another site's page. Browsers state where a request
 * comes from; other clients state nothing, and are not affected. No answer carries CORS headers, so other sites cannot
 * read anything anyway.
 */
export function foreignOrigin(method: string, headers: IncomingHttpHeaders): AppError | undefined {
  if (READING.has(method)) return undefined;
  const { origin, host } = headers;
  if (origin === undefined ? OURS.has(headers['sec-fetch-site']) : hostOf(origin) === host?.toLowerCase())
    return undefined;
  return new AppError({ kind: 'user', ...explain('forbidden/foreign-page') });
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/?#]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
