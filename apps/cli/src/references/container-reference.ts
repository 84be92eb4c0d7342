import { Container, ContainerId, ContainerPage } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { usageError } from '../errors/usage-error.js';

/** The path of a container in the API: `/v1/hosts/{host}/containers/{name}`. */
export interface ContainerReference {
  host: string;
  name: string;
  path: string;
}

const at = (host: string, name: string): ContainerReference => ({
  host,
  name,
  path: apiPath('hosts', host, 'containers', name),
});

/** CONTAINER is HOST/NAME or an id. A bare name is not enough, because it does not name the host. */
export async function containerReference(client: ApiClient, text: string): Promise<ContainerReference> {
  if (ContainerId.safeParse(text).success) {
    const { value } = await client.get(apiPath('containers', text), Container);
    return at(value.host.id, value.name);
  }
  const [host, name, ...rest] = text.split('/');
  if (host && name && rest.length === 0) return at(host, name);
  const { rows } = await listAll(client, '/v1/containers', ContainerPage);
  const candidates = rows
    .filter(({ value }) => value.name === text)
    .map(({ value }) => `${value.host.name}/${value.name}`);
  throw usageError(
    `"${text}" does not name a container and its host`,
    'Write HOST/CONTAINER, such as web-1/demo.',
    candidates,
  );
}
