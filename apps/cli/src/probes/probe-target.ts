import type { ProbeTarget } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';

export interface TargetOptions {
  ping?: string;
  count?: number;
  http?: string;
  tcp?: string;
}

/** The target of a probe: exactly one of the three. */
export function targetOf({ ping, count, http, tcp }: TargetOptions): ProbeTarget {
  const asked = [ping, http, tcp].filter((one) => one !== undefined);
  if (asked.length !== 1)
    throw usageError('a probe needs exactly one target', 'Add one of --ping ADDRESS, --http URL or --tcp HOST:PORT.');
  if (count !== undefined && ping === undefined) throw usageError('--count requires --ping');
  if (ping !== undefined) return { kind: 'ping', host: ping, count: count ?? 4 };
  if (http !== undefined) return { kind: 'http', url: http };
  return { kind: 'tcp', ...placeOf(tcp ?? '') };
}

/** `host:80`, `10.1.2.3:80`, `[fd00::1]:80`. */
function placeOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65535) return { host, port: Number(port) };
  throw usageError(`"${text}" is not a valid HOST:PORT`, 'Write it as 10.1.2.3:80, name:80 or [fd00::1]:80.');
}
