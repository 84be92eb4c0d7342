import type { AddressPool, AdmissionPolicy, Network, NetworkConfig, NetworkRoute } from '@orrery/shared/contracts';
import { poolOfPrefix } from './ip-range.js';

/** A pool as people write it: as a prefix if one of the routes covers exactly the pool. */
export function poolText({ start, end }: AddressPool, routes: NetworkRoute[]): string {
  const whole = routes.find(({ target }) => {
    const pool = poolOfPrefix(target);
    return pool?.start === start && pool.end === end;
  });
  return whole?.target ?? `${start}-${end}`;
}

export const poolsText = ({ pools, routes }: NetworkConfig) => pools.map((pool) => poolText(pool, routes)).join(', ');

export const routesText = (routes: NetworkRoute[]) =>
  routes.map(({ target, via }) => (via === null ? target : `${target} via ${via}`)).join(', ');

const forText = ({ for: howLong }: AdmissionPolicy) => (howLong === null ? '' : ` for ${howLong}`);

/** For a column: `fleet`, `manual`, `site=cloud for 8h`. */
export const admitsText = ({ config, admission }: Pick<Network, 'config' | 'admission'>): string => {
  if (config?.private === false) return 'anybody';
  return admission === null ? '' : `${admission.selector ?? admission.by}${forText(admission)}`;
};

const WHO = { manual: 'nobody automatically', fleet: 'this fleet' };

/** For a sentence: `private, admits this fleet`. */
export function openText({ config, admission }: Network): string {
  if (config?.private === false) return 'public, admits anybody';
  if (admission === null) return 'private';
  const who = admission.by === 'selector' ? `this fleet where ${admission.selector ?? ''}` : WHO[admission.by];
  return `private, admits ${who}${forText(admission)}`;
}

/** The settings and problems of a network, one line each, below its columns. */
export function networkLines({ config, admission, labels, sync, findings }: Network): [title: string, text: string][] {
  return [
    ...(config === null ? [] : configLines(config)),
    ['on leave', admission?.onLeave ?? ''],
    ['labels', labels ? 'workloads can ask for it' : 'off'],
    ['applied', sync === null ? '' : sync.state === 'applied' ? 'yes' : `not yet: ${sync.cause ?? 'in progress'}`],
    ...findings.flatMap(({ code, severity, cause, fix }): [string, string][] => [
      [severity, `${code}: ${cause}`],
      ['fix', fix],
    ]),
  ];
}

function configLines(config: NetworkConfig): [title: string, text: string][] {
  const { dns, v4, v6, rules, tags, capabilities } = config;
  const count = (list: unknown[], one: string, many: string) =>
    list.length === 0 ? '' : `${list.length} ${list.length === 1 ? one : many}`;
  const some = (list: string[]) => list.filter(Boolean).join(', ') || 'none';
  return [
    ['private', config.private ? 'yes' : 'no'],
    ['pools', poolsText(config) || 'none'],
    ['routes', routesText(config.routes) || 'none'],
    ['dns', dns === null ? '' : `${dns.domain}: ${dns.servers.join(', ')}`],
    ['mtu', String(config.mtu)],
    ['broadcast', config.broadcast ? 'yes' : 'no'],
    ['multicast limit', String(config.multicastLimit)],
    ['IPv4', v4.pools ? 'pools' : 'none'],
    ['IPv6', some([v6.pools ? 'pools' : '', v6.rfc4193 ? 'rfc4193' : '', v6.sixPlane ? '6plane' : ''])],
    [
      'flow rules',
      some([
        count(rules, 'rule', 'rules'),
        count(tags, 'tag', 'tags'),
        count(capabilities, 'capability', 'capabilities'),
      ]),
    ],
  ];
}
