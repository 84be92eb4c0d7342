import type { MemberRecord, NetworkRecord } from './controller-records.js';
import { formatIp, formatPrefix, parseIp, parsePrefix } from './inet.js';

/**
 * How a POSTed body changes a record. Nothing is ever refused: a value of the wrong type becomes the key's default, a bad pool, route or
 * address is silently dropped, and unknown keys are ignored.
 */
export type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
const int = (value: unknown, fallback: number): number => {
  if (typeof value === 'number') return Math.max(0, Math.trunc(value));
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : fallback;
};
const flag = (value: unknown, fallback: boolean): boolean => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return typeof value === 'string' && value.length > 0 ? /^[1tTyY]/.test(value) : fallback;
};

function poolsOf(value: unknown): NetworkRecord['ipAssignmentPools'] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isObject).flatMap((pool) => {
    const start = parseIp(text(pool['ipRangeStart'], ''));
    const end = parseIp(text(pool['ipRangeEnd'], ''));
    if (!start || !end || start.family !== end.family) return [];
    return [{ ipRangeEnd: formatIp(end), ipRangeStart: formatIp(start) }];
  });
}

function routesOf(value: unknown): NetworkRecord['routes'] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isObject).flatMap((route) => {
    const target = parsePrefix(text(route['target'], ''));
    const via = parseIp(text(route['via'], ''));
    if (!target) return [];
    return [{ target: formatPrefix(target), via: via?.family === target.ip.family ? formatIp(via) : null }];
  });
}

function dnsOf(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  const servers = value['servers'];
  return { domain: value['domain'] ?? null, ...(Array.isArray(servers) && { servers: [...(servers as unknown[])] }) };
}

function v6ModeOf(value: unknown, was: NetworkRecord['v6AssignMode']): NetworkRecord['v6AssignMode'] {
  if (!isObject(value)) return { '6plane': false, rfc4193: false, zt: false };
  const mode = (key: '6plane' | 'rfc4193' | 'zt'): boolean => (key in value ? flag(value[key], false) : was[key]);
  return { '6plane': mode('6plane'), rfc4193: mode('rfc4193'), zt: mode('zt') };
}

const list = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? (value as unknown[]) : undefined;

export function patchNetwork(was: NetworkRecord, body: Body): NetworkRecord {
  const has = (key: string): boolean => key in body;
  return {
    ...was,
    ...(has('name') && { name: text(body['name'], '') }),
    ...(has('private') && { private: flag(body['private'], true) }),
    ...(has('enableBroadcast') && { enableBroadcast: flag(body['enableBroadcast'], false) }),
    ...(has('multicastLimit') && { multicastLimit: int(body['multicastLimit'], 32) }),
    ...(has('mtu') && { mtu: Math.min(10_000, Math.max(1_280, int(body['mtu'], 2_800))) }),
    ...(has('v4AssignMode') && {
      v4AssignMode: {
        zt: isObject(body['v4AssignMode']) ? flag(body['v4AssignMode']['zt'], false) : body['v4AssignMode'] === 'zt',
      },
    }),
    ...(has('v6AssignMode') && { v6AssignMode: v6ModeOf(body['v6AssignMode'], was.v6AssignMode) }),
    routes: routesOf(body['routes']) ?? was.routes,
    ipAssignmentPools: poolsOf(body['ipAssignmentPools']) ?? was.ipAssignmentPools,
    rules: list(body['rules']) ?? was.rules,
    capabilities: list(body['capabilities']) ?? was.capabilities,
    tags: list(body['tags']) ?? was.tags,
    dns: dnsOf(body['dns']) ?? was.dns,
  };
}

function authorization(was: MemberRecord, body: Body, now: number): Partial<MemberRecord> {
  const authorized = flag(body['authorized'], false);
  if (!('authorized' in body) || authorized === was.authorized) return {};
  if (!authorized) return { authorized, lastDeauthorizedTime: now };
  return { authorized, lastAuthorizedTime: now, lastAuthorizedCredentialType: 'api', lastAuthorizedCredential: null };
}

export function patchMember(was: MemberRecord, body: Body, now: number): MemberRecord {
  const has = (key: string): boolean => key in body;
  const addresses = list(body['ipAssignments'])?.flatMap((entry) => parseIp(text(entry, '')) ?? []);
  const tags = list(body['tags'])?.filter((tag): tag is number[] => Array.isArray(tag) && tag.length === 2);
  const capabilities = list(body['capabilities'])?.map((entry) => int(entry, 0));
  return {
    ...was,
    ...authorization(was, body, now),
    ...(has('activeBridge') && { activeBridge: flag(body['activeBridge'], false) }),
    ...(has('noAutoAssignIps') && { noAutoAssignIps: flag(body['noAutoAssignIps'], false) }),
    ...(has('name') && { name: text(body['name'], '') }),
    ...(addresses && { ipAssignments: addresses.map(formatIp) }),
    ...(tags && { tags: tags.map((tag) => tag.map((part) => int(part, 0))).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)) }),
    ...(capabilities && { capabilities: [...new Set(capabilities)].sort((a, b) => a - b) }),
  };
}
