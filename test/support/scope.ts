import type { TokenScope } from '@orrery/shared/contracts';

/** `hosts:env=staging;networks:lab`: the scope of a token as tests write it. */
export function scopeOf(text: string): TokenScope {
  const parts = text.split(';').map((part) => part.split(/:(.*)/) as [string, string]);
  const { hosts = null, networks = null } = Object.fromEntries(parts) as { hosts?: string; networks?: string };
  return { hosts, networks: networks === null ? null : networks.split(',') };
}
