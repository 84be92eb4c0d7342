/** Labels of what Orrery makes in an engine. A label is a claim and never a proof: see profile-match. */
export const LABEL = {
  host: 'io.orrery.host',
  item: 'io.orrery.item',
  node: 'io.orrery.node',
  name: 'io.orrery.name',
  incarnation: 'io.orrery.incarnation',
  version: 'io.orrery.version',
  /** The node's UDP port, and the TCP port of its local API. A container without it was made before nodes had one: 9993. */
  port: 'io.orrery.port',
  /** Value: the host whose agent made this container for one command and will remove it. */
  throwaway: 'io.orrery.throwaway',
  /** On the bridge network that the containers are on; on a container its name. */
  network: 'io.orrery.network',
} as const;

export const CONTAINER_NAME_PREFIX = 'orrery-';
export const containerName = (name: string): string => `${CONTAINER_NAME_PREFIX}${name}`;
