import { z } from 'zod';
import { Cidr } from '../ids.js';
import { MAX_CAUSE, MAX_FIX, MAX_WORD } from '../lengths.js';
import { FailureCode, WaitingCode } from '../outcomes.js';

/** What the doctor of an agent looks for: causes that lie in the machine. It looks when it starts, now and then, and when it is asked. */
export const DoctorCode = z.enum([
  'tun-denied', // something denies this host's own programs the TUN device
  'engine-rootless', // the engine does not run as root
  'engine-userns', // the engine maps the users of containers to others
  'engine-old',
  'udp-blocked', // a node hears nothing from anybody
  'no-root-reached', // a node hears from others, but from no root
  'wrong-root', // a node does not use the root that is configured here
  'port-9993-taken', // who has the UDP port of the host's own zerotier-one
  'firewall-forward-drop', // the host forwards nothing for containers
  'iptables-legacy-and-nft', // two sets of firewall rules are in force
  'zerotier-old',
  'bind-noise', // the host's own zerotier-one listens on the devices of containers
  'dns-ignored', // a network pushes DNS servers that nothing on the host uses
  'journal-disk-low',
  'uplink-flapping', // the connection to the API is lost again and again
]);
export type DoctorCode = z.infer<typeof DoctorCode>;

/** Diagnosed causes that are not the outcome of an item. */
export const FindingCode = z.enum([
  ...FailureCode.options,
  ...WaitingCode.options,
  // A step can fail for it as well.
  ...DoctorCode.exclude(['tun-denied']).options,
  'interface-disagrees', // the daemon's view and the kernel's differ
  'not-heard', // a node has its address but has not heard from anybody since it was started
  'item-stuck', // an item has been retried for a while without success
  'routes-left-out', // a network pushes more than zerotier-one's list has room for, or what the host's policy denies
  'container-foreign', // something that Orrery did not make has its name or label
  'policy-unreadable', // the host's policy file cannot be used, so nothing is allowed
  'item-unclaimed', // made by this agent, no longer desired
  'clock-skew',
  'host-cloned',
  'connections-excess', // more connections with one host's key than an agent ever has
  'answers-forged', // answers came that the API did not sign
  'network-without-addresses', // no pool and no route: no node in it ever gets an IPv4 address
  'pool-exhausted', // more nodes are authorized than the pools have addresses
  'address-outside-routes', // a node has an address that no route of the network leads to
  'multicast-limit', // more nodes are in the network than a multicast reaches
  'controller-absent', // the zerotier-one that should be the controller has none built in
  'controller-moved', // its address is not the one that its networks are named after
  'address-claimed', // the node shows an address that another node shows or was given, or another shows this one's
  'udp-port-taken', // something else has the node's UDP port: zerotier-one runs on without a socket
  'label-unknown', // a workload wears a label for Orrery that means nothing
  'label-conflict', // two labels of a workload contradict each other
  'label-invalid', // a label of a workload has a value that cannot be used
  'label-without-effect', // a label asks for a network, and it does not get it
  'workload-flapping', // a workload ends again and again
  'membership-unexpected', // a node of Orrery is in a network that nobody named
  'journal-damaged',
  'history-gap',
  'upkeep-failed', // about no host: the API cannot do what its database needs from time to time
  'host-over-quota', // the host reports more than is kept of one host
  'version-drift', // an agent or a zerotier-one is much older than the others
  'controller-beside-router', // the controller of a route runs on a host that carries it
  'route-without-standby', // the router of a route is down, and none of the others can take over
  'route-overlap', // two networks of one node claim the same addresses
]);
export type FindingCode = z.infer<typeof FindingCode>;

/** Findings that only the API can make. An agent that raised one would speak in its place. */
export const AgentFindingCode = FindingCode.exclude([
  'connections-excess',
  'network-without-addresses',
  'pool-exhausted',
  'address-outside-routes',
  'multicast-limit',
  'controller-moved',
  'address-claimed',
  'label-unknown',
  'label-conflict',
  'label-invalid',
  'label-without-effect',
  'upkeep-failed',
  'host-over-quota',
  'version-drift',
  'controller-beside-router',
  'route-without-standby',
  'route-overlap',
]);
export type AgentFindingCode = z.infer<typeof AgentFindingCode>;

/**
 * Facts about a finding from which the API writes commands that people paste into a shell. Each has a type that no foreign text fits
 * into: numbers, names of devices that zerotier-one makes, prefixes.
 */
export const FindingFacts = z.object({
  port: z.int().min(0).max(65_535).optional().describe('A port of the host or of the node.'),
  pid: z.int().positive().optional().describe('Process on the host that the finding is about.'),
  device: z
    .string()
    .max(MAX_WORD)
    .regex(/^zt[a-z0-9]{1,13}$/)
    .optional()
    .describe('Interface that zerotier-one made.'),
  prefix: Cidr.optional().describe('Prefix that the finding is about.'),
  packages: z
    .enum(['apt', 'dnf', 'zypper', 'apk', 'pacman'])
    .optional()
    .describe('Program that installs packages on this host; left out if unknown.'),
});
export type FindingFacts = z.infer<typeof FindingFacts>;

/** A finding is one cause with its fix; `severity` error: something desired does not work. */
export const FindingData = z.object({
  code: FindingCode.describe('Stable code, for programs.'),
  severity: z.enum(['info', 'warning', 'error']).describe('`error`: something that is desired does not work.'),
  cause: z.string().max(MAX_CAUSE).describe('Why, in words.'),
  fix: z.string().max(MAX_FIX).describe('What to do about it.'),
  facts: FindingFacts.optional().describe('Facts about it, for the commands that mend it; left out if there are none.'),
});
export type FindingData = z.infer<typeof FindingData>;

export const AgentFindingData = FindingData.extend({ code: AgentFindingCode });
export type AgentFindingData = z.infer<typeof AgentFindingData>;

export const FindingSource = z.enum(['agent', 'api']).meta({
  id: 'FindingSource',
  description: 'Who diagnosed it: the agent on the host, or the API. Neither changes or clears what the other raised.',
});
export type FindingSource = z.infer<typeof FindingSource>;
