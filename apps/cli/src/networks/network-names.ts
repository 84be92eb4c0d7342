import { Network, type NetworkId, NetworkPage } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';

/** A name is nicer than an ID, but not worth a long wait. */
const TIMEOUT_MS = 2000;
/** More than this many are looked up in the list of all networks. */
const FEW = 4;

/** The names of these networks, without those that have none or that the API does not return in time. */
export async function networkNames(client: ApiClient, ids: NetworkId[]): Promise<Map<NetworkId, string>> {
  const found = ids.length > FEW ? await inList(client) : await Promise.all(ids.map((id) => one(client, id)));
  return new Map(found.flatMap((network) => (network?.name ? [[network.id, network.name] as const] : [])));
}

const one = (client: ApiClient, id: NetworkId) =>
  client.get(apiPath('networks', id), Network, { timeoutMs: TIMEOUT_MS }).then(
    ({ value }) => value,
    () => undefined,
  );

const inList = (client: ApiClient) =>
  listAll(client, '/v1/networks', NetworkPage).then(
    ({ rows }) => rows.map(({ value }) => value),
    () => [],
  );
