import {
  AdmissionPage,
  CommandPage,
  ContainerPage,
  ControllerPage,
  HostPage,
  KeptRoutePage,
  NetworkPage,
  NodePage,
} from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { containerName } from '../containers/container-view.js';
import { explainedCodes } from '@orrery/shared/contracts';
import type { Kind } from '../options/kind.js';

/** Few enough to read, and quick to fetch. */
const MOST = 200;

/** Event families to offer; users can also type any other event type. */
const TYPES =
  'host node container workload network controller admission authorization interface address route path item command finding'
    .split(' ')
    .map((family) => `${family}.*`);

/** The possible values of a reference of this kind. */
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
    case 'attachments':
      return (await listAll(client, '/v1/containers', ContainerPage, {}, MOST)).rows.flatMap(({ value }) =>
        value.workload === null ? [] : containerName(value),
      );
    case 'networks':
      return (await listAll(client, '/v1/networks', NetworkPage, {}, MOST)).rows.map(
        ({ value }) => value.name ?? value.id,
      );
    case 'routes':
      return (await listAll(client, '/v1/routes', KeptRoutePage, {}, MOST)).rows.map(({ value }) => value.target);
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

/** Nodes that can be authorized: waiting ones by address, and all known nodes. */
async function admissible(client: ApiClient): Promise<string[]> {
  const { rows } = await listAll(client, '/v1/admissions', AdmissionPage, { pending: true }, MOST);
  return [...rows.map(({ value }) => value.address ?? ''), ...(await knownValues(client, 'nodes'))].filter(Boolean);
}
