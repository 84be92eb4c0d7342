/** Labels of everything that Orrery creates in an engine. A label is a claim, never proof: see profile-match. */
export const LABEL = {
  host: 'io.orrery.host',
  item: 'io.orrery.item',
  node: 'io.orrery.node',
  name: 'io.orrery.name',
  incarnation: 'io.orrery.incarnation',
  version: 'io.orrery.version',
  /** The node's UDP port and the TCP port of its local API. Containers older than this label use 9993. */
  port: 'io.orrery.port',
  /** On a bridge network: the agent gives its nodes fixed addresses there. On a container: its own. */
  address: 'io.orrery.address',
  /** Created in place of another one, with what its daemon knew of its networks: their configurations are no news from a controller. */
  renewed: 'io.orrery.renewed',
  /** On the container of an attachment: the workload whose network namespace it uses. */
  workload: 'io.orrery.workload',
  /** Value: the host whose agent created this container for one command and will remove it. */
  throwaway: 'io.orrery.throwaway',
  /** Marks the bridge network of the containers; on a container, the name of that network. */
  network: 'io.orrery.network',
} as const;

export const CONTAINER_NAME_PREFIX = 'orrery-';
export const containerName = (name: string): string => `${CONTAINER_NAME_PREFIX}${name}`;
