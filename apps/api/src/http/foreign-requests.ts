import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a Host header names this API. A browser that was lured to a foreign name which resolves to 127.0.0.1 (DNS rebinding)
 * sends that foreign name: it gets nothing. `allowed` entries are names, with a port (`orrery.lan:7070`) or without (any port).
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
    ...explain('foreign-host-header', { cause: `this API does not answer as ${header.slice(0, 100)}` }),
  });
}
