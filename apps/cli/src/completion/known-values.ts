import {
  AdmissionPage,
  CommandPage,
  ContainerPage,
  ControllerPage,
  HostPage,
  NetworkPage,
  NodePage,
} from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { containerName } from '../containers/container-view.js';
import { explainedCodes } from '@orrery/shared/contracts';
import type { Kind } from '../options/kind.js';

/** Few enough to look through, and quick. */
const MOST = 200;

/** Families of events that are worth offering; any other type can be written, too. */
const TYPES =
  'host node container network controller admission authorization interface address route path item command finding'
    .split(' ')
    .map((family) => `${family}.*`);

/** What a reference of this kind can be. */
export async function knownValues(client: ApiClient, kind: Kind): Promise<string[]> {
  switch (kind) {
    case 'hosts':
      return (await listAll(client, '/v1/hosts', HostPage, {}, MOST)).rows.map(({ value }) => value.name);
    case 'nodes':
      return (await listAll(client, '/v1/nodes', NodePage, {}, MOST)).rows.map(({ value }) => value.name);
    case 'containers':
      return (await listAll(client, '/v1/containers', ContainerPage, {}, MOST)).rows.map(({ value }) =>
        containerName(value),
      );
    case 'networks':
      return (await listAll(client, '/v1/networks', NetworkPage, {}, MOST)).rows.map(
        ({ value }) => value.name ?? value.id,
      );
    case 'controllers':
      return (await listAll(client, '/v1/controllers', ControllerPage, {}, MOST)).rows.map(({ value }) => value.name);
    case 'admissions':
      return admissible(client);
    case 'commands':
      return (await listAll(client, '/v1/commands', CommandPage, {}, 20)).rows.map(({ value }) => value.id);
    case 'codes':
      return explainedCodes();
    case 'types':
      return TYPES;
  }
}

/** Who can be let in: whoever asks, by address, and every node. */
async function admissible(client: ApiClient): Promise<string[]> {
  const { rows } = await listAll(client, '/v1/admissions', AdmissionPage, { pending: true }, MOST);
  return [...rows.map(({ value }) => value.address ?? ''), ...(await knownValues(client, 'nodes'))].filter(Boolean);
}
