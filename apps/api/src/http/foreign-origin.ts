import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { IncomingHttpHeaders } from 'node:http';

const READING = new Set(['GET', 'HEAD']);
const OURS = new Set<unknown>([undefined, 'same-origin', 'none']);

/**
 * Why a request that may change something is refused as that of another site's page. Browsers say where a request comes from;
 * what is no browser says nothing and is not meant. No answer carries CORS headers, so reading is closed to other sites anyway.
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
