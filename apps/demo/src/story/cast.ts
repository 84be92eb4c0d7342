/** Who plays which part, and by which name; all of it begins with `demo`, and is removed before the story begins anew. */
export const CAST = {
  network: 'demo',
  /** A network in which a person decides. */
  manualNetwork: 'demo-manual',
  controllerHost: 'cloud-1',
  client: { host: 'cloud-2', container: 'demo-client' },
  web: { host: 'onprem-1', container: 'demo-web' },
  guest: { host: 'cloud-1', container: 'demo-guest' },
  /** Asked for while its host is cut off. */
  late: { host: 'onprem-1', container: 'demo-late' },
  /** Of an image that the policy of its host does not allow. */
  denied: { host: 'onprem-1', container: 'demo-denied' },
  /** A host that joins with a token of its own, only to say that it is another. */
  forger: 'demo-forger',
} as const;

export interface Part {
  host: string;
  container: string;
}

/** A node as the API and its users write it. */
export const nodeOf = ({ host, container }: Part): string => `${host}/${container}`;
/** Its container as the engine of its host knows it. */
export const engineNameOf = ({ container }: Part): string => `orrery-${container}`;
