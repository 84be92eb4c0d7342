import type { Code } from '@orrery/shared/contracts';

/**
 * Codes from the root of a trouble to its symptoms: of several that hold at once, the first one is the cause. Without a TUN device there is
 * no interface, without an interface no address; without a UDP socket the controller never answers. Codes that are not here come last.
 */
const DEPTH: readonly Code[] = [
  ...(['host-away', 'bus-unavailable', 'host-cloned', 'answers-forged'] as const),
  ...(['policy-unreadable', 'policy-denied', 'paused'] as const),
  ...([
    'docker-unreachable',
    'engine-old',
    'disk-full',
    'journal-disk-low',
    'zerotier-missing',
    'unsupported',
    'workload-unsuitable',
    'workload',
  ] as const),
  ...(['image-absent', 'image-architecture', 'image-unsuitable', 'pull-refused', 'container-name-taken'] as const),
  ...(['tun-denied', 'engine-rootless', 'engine-userns', 'tun-missing', 'net-admin-missing'] as const),
  ...(['udp-ports-used-up', 'port-9993-taken', 'udp-port-taken', 'port-taken'] as const),
  ...(['firewall-forward-drop', 'iptables-legacy-and-nft', 'udp-blocked', 'wrong-root', 'no-root-reached'] as const),
  ...(['identity-lost', 'address-claimed', 'container-paused', 'container-died', 'token-unreadable'] as const),
  ...(['daemon-unreachable', 'network-not-found', 'authentication', 'client-too-old', 'authorization'] as const),
  ...(['lockout-rolled-back', 'controller-absent', 'controller-moved', 'controller-away', 'configuration'] as const),
  ...(['nft-missing', 'no-masquerade', 'lan-not-reached'] as const),
  ...(['port-error', 'interface', 'route-conflict', 'routes-left-out', 'settings-refused'] as const),
  ...(['network-without-addresses', 'pool-exhausted', 'address-outside-routes', 'address'] as const),
  ...(['path-silent', 'clock-skew', 'route-overlap', 'dns-ignored', 'zerotier-old', 'version-drift'] as const),
  ...(['uplink-flapping', 'bind-noise'] as const),
  ...(['membership-unexpected', 'interface-disagrees', 'not-heard', 'item-stuck', 'unexpected'] as const),
];

const PLACES = new Map(DEPTH.map((code, place) => [code as string, place]));

/** The lower, the nearer to the root. */
export const depthOf = (code: string): number => PLACES.get(code) ?? DEPTH.length;

/** What concerns the engine alone says nothing about the daemon of the host itself. */
const ENGINE: readonly string[] = ['docker-unreachable', 'disk-full'] satisfies Code[];
export const isAboutEngine = (code: string): boolean => ENGINE.includes(code) || code.startsWith('engine-');

/** What concerns workloads that are attached to nothing says nothing about nodes. */
export const isAboutWorkloads = (code: string): boolean => code.startsWith('label-');
