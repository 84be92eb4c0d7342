/** The names of everything that the demo creates. All begin with `demo`, and the next run removes them first. */
export const CAST = {
  network: 'demo',
  /** A network in which a person decides. */
  manualNetwork: 'demo-manual',
  controllerHost: 'cloud-1',
  client: { host: 'cloud-2', container: 'demo-client' },
  web: { host: 'onprem-1', container: 'demo-web' },
  /** Two containers that Orrery did not launch, on two hosts; their attachments have the same names. */
  workload: { host: 'cloud-2', container: 'demo-workload' },
  neighbor: { host: 'onprem-1', container: 'demo-neighbor' },
  guest: { host: 'cloud-1', container: 'demo-guest' },
  /** Launched while its host is cut off. */
  late: { host: 'onprem-1', container: 'demo-late' },
  /** Uses an image that the policy of its host does not allow. */
  denied: { host: 'onprem-1', container: 'demo-denied' },
  /** A host that joins with its own token, then claims to be another host. */
  forger: 'demo-forger',
} as const;

/** The hosts in the LAN of the printer. Their routers are launched with the name of the network. */
export const LAN = { routers: ['onprem-1', 'onprem-2'] } as const;

/** Those whose owner is not Orrery. */
export const WORKLOADS: readonly Part[] = [CAST.workload, CAST.neighbor];

export interface Part {
  host: string;
  container: string;
}

/** The reference of a node, as the API and its users write it. */
export const nodeOf = ({ host, container }: Part): string => `${host}/${container}`;
/** The name of its container in the engine of its host. */
export const engineNameOf = ({ container }: Part): string => `orrery-${container}`;
