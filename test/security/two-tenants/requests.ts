import fc from 'fast-check';
import type { ApiDocument, Operation } from '../fuzz/document.js';
import { PLACEHOLDER, Values } from '../fuzz/values.js';
import type { Tenant } from './tenants.js';

export interface TenantRequest {
  operation: Operation;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The request as text: a refusal can repeat anything of the other that it names. */
  text: string;
}

/**
 * An operation that ends the requester's own host would leave nothing to look at, so it is requested only for the
 * other's host.
 */
const ENDS_A_HOST = /^(removeHost|revokeHost|rotateHost)$/;
const percent = (text: string) => encodeURIComponent(text);
const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * Valid requests for one operation, with things of the other tenant wherever a name, an ID, an address, a selector or a
 * cursor is possible, sometimes with own ones beside them; the first without any filter. Same seed, same requests.
 */
export function requestsFor(
  document: ApiDocument,
  operation: Operation,
  { own, other, seed, count }: { own: Tenant; other: Tenant; seed: number; count: number },
): TenantRequest[] {
  const values = new Values(document);
  const pick = (kind: 'path' | 'query' | 'header') => operation.parameters.filter((parameter) => parameter.in === kind);
  const record = (kind: 'path' | 'query' | 'header', options?: { requiredKeys: [] }) =>
    fc.record(
      Object.fromEntries(pick(kind).map(({ name, schema }) => [name, values.valid(schema, name).map(asText)])),
      options,
    ) as fc.Arbitrary<Record<string, string>>;
  const request = fc.record({
    path: record('path'),
    query: record('query', { requiredKeys: [] }),
    headers: record('header', { requiredKeys: [] }),
    body: operation.body ? values.valid(operation.body).map((made) => JSON.stringify(made)) : fc.constant(undefined),
  });
  const endsHost = ENDS_A_HOST.test(operation.id);
  const fill = (text: string) =>
    text.replaceAll(PLACEHOLDER, (_all, pool: string, at: string) => {
      const from = Number(at) % 3 === 0 && !endsHost ? own : other;
      const there = from.pools[pool] ?? other.pools[pool] ?? ['x'];
      return there[Math.floor(Number(at) / 3) % there.length] ?? 'x';
    });
  return fc.sample(request, { seed, numRuns: count }).map(({ path, query, headers, body }, index) => {
    const places = Object.fromEntries(
      Object.entries(path).map(([name, value]) => [name, fill(endsHost ? `⟦host:1⟧` : value)]),
    );
    // Launches it where it does not exist, under the name in the path.
    if (operation.id === 'replaceContainer' && !other.pools.host?.includes(places.host ?? ''))
      places.name = `own-${places.name?.length}`;
    const at = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => percent(places[name] ?? ''));
    const asked = Object.entries(index === 0 ? {} : query).filter(([name]) => !['wait', 'dryRun'].includes(name));
    const search = asked.map(([name, value]) => `${name}=${percent(fill(value))}`).join('&');
    const url = `${at}${search ? `?${search}` : ''}`;
    const filled = body && JSON.stringify(JSON.parse(fill(body)), withOwnWords(operation));
    const key = headers['Idempotency-Key'];
    const named: Record<string, string> = {};
    if (key !== undefined) named['idempotency-key'] = fill(key).replaceAll(/[^\x20-\x7e]/g, '-');
    return {
      operation,
      url,
      headers: named,
      body: filled,
      text: `${decodeURIComponent(url)} ${filled ?? ''} ${key === undefined ? '' : fill(key)}`,
    };
  });
}

/**
 * Parts of a request that are stored show again in later answers to the same sender: a name, a target of a probe, the
 * selector of a policy. With words of the other in them that would look like a leak.
 */
const withOwnWords =
  ({ id }: Operation) =>
  (property: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    if (property === 'name') return `own-${value.length}`;
    if (property === 'host') return '10.1.2.3';
    return property === 'selector' && id === 'changeNetwork' ? 'own' : value;
  };
