import { z } from 'zod';
import { NodeId, type HostId } from '@orrery/shared/contracts';
import type { Listed } from './engine-containers.js';
import { LABEL } from './labels.js';
import { namespaceOwner } from './profile-match.js';

/** What the engine's list of containers tells about the place of each in its networks. */
const Placed = z.object({
  Id: z.string(),
  State: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ NetworkID: z.string(), IPAddress: z.string() })),
  }),
});
type Placed = z.infer<typeof Placed>;

export interface UdpEndpoint {
  ip: string;
  port: number;
}

/** Another node of this host, and where a workload reaches it without NAT: on the networks that both are on. */
export interface Neighbour {
  node: NodeId;
  endpoints: UdpEndpoint[];
}

export interface Neighbourhood {
  /** The workload's own addresses. */
  addresses: string[];
  neighbours: Neighbour[];
}

/** The nodes of this host that run around a workload, except `node` itself. */
export function neighbourhoodOf(
  workload: string,
  node: NodeId,
  host: HostId,
  listed: readonly Listed[],
): Neighbourhood {
  const placed = listed.flatMap((entry) => {
    const parsed = Placed.safeParse(entry);
    return parsed.success && parsed.data.State === 'running' ? [parsed.data] : [];
  });
  const placesOf = (one: Placed | undefined) =>
    Object.values(one?.NetworkSettings.Networks ?? {}).filter(({ IPAddress }) => IPAddress !== '');
  const own = placesOf(placed.find(({ Id }) => Id === workload));
  const isShared = ({ NetworkID }: { NetworkID: string }) => own.some((place) => place.NetworkID === NetworkID);
  const neighbours = placed.flatMap((one): Neighbour[] => {
    const other = NodeId.safeParse(one.Labels?.[LABEL.node]);
    const port = Number(one.Labels?.[LABEL.port]);
    if (one.Labels?.[LABEL.host] !== host || !other.success || other.data === node || !isPort(port)) return [];
    const owner = namespaceOwner(one.HostConfig.NetworkMode);
    const holder = owner === undefined ? one : placed.find(({ Id }) => Id === owner);
    const endpoints = placesOf(holder)
      .filter(isShared)
      .map(({ IPAddress }) => ({ ip: IPAddress, port }));
    return endpoints.length > 0 ? [{ node: other.data, endpoints }] : [];
  });
  return { addresses: own.map(({ IPAddress }) => IPAddress), neighbours };
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;
