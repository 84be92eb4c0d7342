/** The groups of operations, in reading order. */
export const TAGS = {
  hosts: 'Machines with an agent: their names and labels, whether they are heard from, their keys.',
  nodes:
    'Slots for one zerotier-one each: the daemon of a host, or the one in a container. What a node reaches is probed here.',
  containers: 'ZeroTier containers that Orrery manages on hosts.',
  networks: 'ZeroTier networks: those that Orrery keeps on a controller, and those that nodes are in.',
  memberships: 'Nodes in networks: join, leave, and how each stands.',
  interfaces: 'The `zt…` devices, as the kernel shows them.',
  controllers: 'What authorizes memberships: controllers in a zerotier-one, and ZeroTier Central.',
  admissions: 'Who gets into a network: what people decided, and what its controller says.',
  commands: 'Changes that somebody asked for, tracked to their end.',
  events: 'What happened, as a list and as a stream.',
  findings: 'Diagnosed causes, each with its fix.',
  tokens: 'Tokens of people and scripts, and tokens with which machines become hosts.',
  join: 'How a machine becomes a host. Agents use most of it.',
  system: 'Overall status, health, version and metrics.',
};
