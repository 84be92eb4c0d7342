import type { TokenScope } from '@orrery/shared/contracts';
import { usageError } from '../errors/usage-error.js';

/** `hosts:env=staging;networks:lab,8056c2e21c000001`: either part, or both. */
export function scopeOf(text: string): TokenScope {
  const scope: TokenScope = { hosts: null, networks: null };
  for (const part of text.split(';')) {
    const [, kind, rest] = /^(hosts|networks):(.+)$/.exec(part.trim()) ?? [];
    const networks = rest?.split(',').map((network) => network.trim());
    if (kind === 'hosts' && rest && scope.hosts === null) scope.hosts = rest;
    else if (kind === 'networks' && networks?.every(Boolean) && scope.networks === null) scope.networks = networks;
    else
      throw usageError(
        `"${text}" is not a valid scope`,
        'Write hosts:SELECTOR, networks:NETWORK,NETWORK, or both with a semicolon between them.',
      );
  }
  return scope;
}

/** The text that `scopeOf` reads. */
export const scopeText = (scope: TokenScope | null): string =>
  [
    ...(scope?.hosts ? [`hosts:${scope.hosts}`] : []),
    ...(scope?.networks ? [`networks:${scope.networks.join(',')}`] : []),
  ].join(';') || 'everything';
