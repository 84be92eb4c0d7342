import { describe, expect, it } from '@jest/globals';
import { DoctorCode, type DoctorCode as Code, type NetworkId } from '@orrery/shared/contracts';
import { healthy, nodeEvidence, ROOT, seen, unseen } from '../../../../test/support/agent/evidence.js';
import { launch, membershipItem, NETWORK } from '../../../../test/support/agent/items.js';
import { newId } from '@orrery/shared/runtime';
import { checkAll } from './checks/all-checks.js';
import type { Evidence, Verdict } from './evidence.js';
import { isOlder } from './versions.js';

const { items, container } = launch();
const node = container.node;
const host = newId('nod');
const onHost = membershipItem({ node: host, nodeKind: 'host' });
/** A healthy host whose own daemon and one container are in a network. */
const wanted = (more: Partial<Evidence> = {}) =>
  healthy({
    items: [...items, onHost],
    nodes: [nodeEvidence(host, { kind: 'host' }), nodeEvidence(node)],
    ...more,
  });
const says = (code: Code, evidence: Evidence) => checkAll(evidence).get(code) as Verdict;
const found = (code: Code, evidence: Evidence) => {
  const verdict = says(code, evidence);
  return verdict.result === 'found' ? verdict.found : verdict;
};
const others = (evidence: Evidence, code: Code) =>
  [...checkAll(evidence)].filter(([one, { result }]) => one !== code && result === 'found').map(([one]) => one);

describe('a healthy host', () => {
  it('has every check fine, with and without anything that is wanted', () => {
    for (const evidence of [healthy(), wanted()]) {
      const checked = checkAll(evidence);
      expect([...checked.keys()]).toEqual(DoctorCode.options);
      expect([...checked.values()].filter(({ result }) => result !== 'fine')).toEqual([]);
    }
  });
});

const engine = (more: object) => seen({ version: '26.1.5', isRootless: false, isRemapped: false, ...more });
const shut = seen({ state: 'usable', forAll: false } as const);
const dns = (allowDns: boolean, network: NetworkId = NETWORK) =>
  seen([{ network, device: 'zt7rd5vuxw', servers: ['10.99.0.53'], allowDns }]);
const onlyHost = (more: Partial<Parameters<typeof nodeEvidence>[1]>) => [nodeEvidence(host, { kind: 'host', ...more })];
const silent =
  (anybody: number, roots = anybody): Evidence['silentMs'] =>
  (_node, to) =>
    to === 'anybody' ? anybody : roots;
const bridges = new Map(
  ['docker0', 'br-c2cd02d3688d', 'br-f88eff641c49', 'br-e77b7e4c1e39'].map((name, at) => [
    name,
    [`172.${17 + at}.0.1`],
  ]),
);
const bound = [...bridges.values()].map(([address]) => `${address}/9993`);

/** What shows each, and how bad it is. */
const SICK: [Code, string, Partial<Evidence>, object][] = [
  ['tun-denied', 'the kernel says EPERM', { tun: seen({ state: 'denied', forAll: false }) }, { severity: 'error' }],
  ['engine-rootless', 'it works', { engine: engine({ isRootless: true }) }, { severity: 'info' }],
  ['engine-rootless', 'no device', { engine: engine({ isRootless: true }), tun: shut }, { severity: 'error' }],
  ['engine-userns', 'it works', { engine: engine({ isRemapped: true }) }, { severity: 'info' }],
  ['engine-userns', 'no device', { engine: engine({ isRemapped: true }), tun: shut }, { severity: 'error' }],
  ['engine-old', 'of 2018', { engine: engine({ version: '18.09.9' }) }, { facts: { packages: 'apt' } }],
  ['udp-blocked', 'silent', { silentMs: silent(80_000) }, { severity: 'error', facts: { port: 9993 } }],
  [
    'udp-blocked',
    'fallen back to TCP',
    { nodes: onlyHost({ says: { tcpFallback: true } }) },
    { severity: 'warning', node: host },
  ],
  [
    'no-root-reached',
    'only others heard',
    { silentMs: silent(400, 120_000) },
    { cause: expect.stringContaining(ROOT) },
  ],
  ['wrong-root', 'another root', { roots: seen([['34c61d4de0']]) }, { node, severity: 'warning' }],
  [
    'port-9993-taken',
    'by a program, and it has no other port',
    {
      portHolder: seen({ port: 9993, pid: 4711, program: 'evil $(id)' }),
      nodes: onlyHost({ says: { listeningOn: [] } }),
    },
    {
      ...{ node: host, severity: 'error', facts: { port: 9993, pid: 4711 } },
      cause: expect.stringContaining('evil???id? (process 4711)'),
    },
  ],
  [
    'port-9993-taken',
    'by a program, and it goes on with its other ports',
    {
      portHolder: seen({ port: 9993, pid: 4711, program: 'nc' }),
      nodes: onlyHost({ says: { listeningOn: ['172.30.0.11/32880'] } }),
    },
    { severity: 'warning', cause: expect.stringContaining('goes on with its other ports') },
  ],
  [
    'firewall-forward-drop',
    'by policy',
    { forward: seen({ policy: 'DROP', first: 'nothing' }) },
    { severity: 'error' },
  ],
  ['firewall-forward-drop', 'by a rule', { forward: seen({ policy: 'ACCEPT', first: 'rejects' }) }, { node: null }],
  ['iptables-legacy-and-nft', 'both', { firewalls: seen({ legacyRules: 3, nftRules: 40 }) }, { severity: 'warning' }],
  [
    'zerotier-old',
    'on the host',
    { nodes: onlyHost({ says: { version: '1.10.6' } }) },
    { facts: { packages: 'apt' }, fix: expect.stringContaining('apt-get install --only-upgrade zerotier-one') },
  ],
  ['zerotier-old', 'in a container', { nodes: [nodeEvidence(node, { says: { version: '1.8.4' } })] }, { node }],
  [
    'bind-noise',
    'many bridges',
    { devices: seen(bridges), nodes: onlyHost({ says: { listeningOn: bound } }) },
    { severity: 'info', fix: expect.stringContaining('interfacePrefixBlacklist') },
  ],
  [
    'bind-noise',
    'a veth',
    {
      devices: seen(new Map([['veth1a2b', ['169.254.3.4']]])),
      nodes: onlyHost({ says: { listeningOn: ['169.254.3.4/9993'] } }),
    },
    { cause: expect.stringContaining('veth1a2b') },
  ],
  ['dns-ignored', 'not allowed', { nodes: onlyHost({ dns: dns(false) }) }, { severity: 'info', network: NETWORK }],
  [
    'dns-ignored',
    'allowed, and nothing uses it',
    { nodes: onlyHost({ dns: dns(true) }) },
    { severity: 'warning', facts: { device: 'zt7rd5vuxw' } },
  ],
  ['journal-disk-low', 'low', { room: seen(200e6) }, { severity: 'warning' }],
  ['journal-disk-low', 'almost none', { room: seen(3e6) }, { severity: 'error' }],
  ['uplink-flapping', 'often', { uplinkDrops: 5 }, { severity: 'warning' }],
];

describe('a check', () => {
  it.each(SICK)('%s finds it alone: %s', (code, _what, more, expected) => {
    const evidence = wanted(more);
    expect(found(code, evidence)).toEqual(
      expect.arrayContaining([expect.objectContaining({ code, cause: expect.any(String), ...expected })]),
    );
    expect(others(evidence, code)).toEqual([]);
  });

  const FINE: [Code, string, Partial<Evidence>][] = [
    ['tun-denied', 'the device is absent, which has its own code', { tun: seen({ state: 'absent', forAll: false }) }],
    ['engine-rootless', 'no container is wanted', { engine: engine({ isRootless: true }), items: [onHost] }],
    ['engine-userns', 'it is rootless', { engine: engine({ isRemapped: true, isRootless: true }) }],
    ['engine-old', 'the version says nothing', { engine: engine({ version: 'dev' }) }],
    ['udp-blocked', 'a greeting may still come', { silentMs: silent(62_000) }],
    [
      'udp-blocked',
      'it has no socket, which has its own code',
      { nodes: onlyHost({ says: { listeningOn: [] } }), silentMs: silent(1e6) },
    ],
    ['udp-blocked', 'nobody wants the node', { items: [], silentMs: silent(1e6) }],
    ['no-root-reached', 'nobody is heard, which is udp-blocked', { silentMs: silent(1e6) }],
    ['wrong-root', 'the node knows it', { roots: seen([['aaaaaaaaaa', ROOT]]) }],
    ['wrong-root', 'the node is that root', { roots: seen([['3a4f1af7fa']]) }],
    ['firewall-forward-drop', 'nothing drops', { forward: seen({ policy: 'ACCEPT', first: 'nothing' }) }],
    [
      'firewall-forward-drop',
      'no container is wanted',
      { forward: seen({ policy: 'DROP', first: 'nothing' }), items: [onHost] },
    ],
    ['iptables-legacy-and-nft', 'only the old one has rules', { firewalls: seen({ legacyRules: 3, nftRules: 0 }) }],
    ['zerotier-old', 'it is 1.12', { nodes: onlyHost({ says: { version: '1.12.0' } }) }],
    [
      'bind-noise',
      'there are two bridges',
      { devices: seen(bridges), nodes: onlyHost({ says: { listeningOn: bound.slice(0, 2) } }) },
    ],
    ['bind-noise', 'it does not listen there', { devices: seen(bridges) }],
    [
      'dns-ignored',
      'networkd follows',
      { nodes: onlyHost({ dns: dns(true) }), resolver: seen({ servers: [], followsZeroTier: true }) },
    ],
    [
      'dns-ignored',
      'the resolver asks them',
      { nodes: onlyHost({ dns: dns(true) }), resolver: seen({ servers: ['10.99.0.53'], followsZeroTier: false }) },
    ],
    ['dns-ignored', 'it is in a container that did not allow it', { nodes: [nodeEvidence(node, { dns: dns(false) })] }],
    ['dns-ignored', 'nobody wants that network', { nodes: onlyHost({ dns: dns(true, '8056c2e21c000009') }) }],
    ['uplink-flapping', 'NATS restarted twice', { uplinkDrops: 2 }],
  ];
  it.each(FINE)('%s is fine if %s', (code, _what, more) => {
    const { nodes = [] } = more;
    const shown =
      nodes.length === 0 ? {} : { items: [...items, onHost].filter((item) => item.node === nodes[0]?.node) };
    expect(says(code, wanted({ ...shown, ...more }))).toEqual({ result: 'fine' });
  });

  const gone = { daemon: unseen(), peers: unseen(), dns: unseen() };
  const UNKNOWN: [Code, Partial<Evidence>][] = [
    ['tun-denied', { tun: unseen() }],
    ['engine-rootless', { engine: unseen() }],
    ['engine-userns', { engine: engine({ isRemapped: true }), tun: unseen() }],
    ['engine-old', { engine: unseen() }],
    ['udp-blocked', { nodes: onlyHost(gone) }],
    ['no-root-reached', { nodes: onlyHost({ peers: unseen() }) }],
    ['wrong-root', { roots: unseen() }],
    ['port-9993-taken', { portHolder: unseen() }],
    ['firewall-forward-drop', { forward: unseen() }],
    ['iptables-legacy-and-nft', { firewalls: unseen() }],
    ['zerotier-old', { nodes: onlyHost(gone) }],
    ['bind-noise', { devices: unseen() }],
    ['dns-ignored', { nodes: onlyHost({ dns: dns(true) }), resolver: unseen() }],
    ['journal-disk-low', { room: unseen() }],
  ];
  it.each(UNKNOWN)('%s says why it cannot tell', (code, more) => {
    expect(says(code, wanted(more))).toEqual({ result: 'unknown', why: 'it is out of sight' });
  });

  it('cannot tell about nodes that are wanted and were not looked at', () => {
    const judged = checkAll(wanted({ nodes: onlyHost({}) }));
    const unknown = [...judged].filter(([, { result }]) => result === 'unknown').map(([code]) => code);
    expect(unknown).toEqual(['udp-blocked', 'no-root-reached', 'zerotier-old', 'dns-ignored']);
  });

  it('always has an answer about the connection, which the agent itself counts', () => {
    expect(new Set(UNKNOWN.map(([code]) => code))).toEqual(
      new Set(DoctorCode.options.filter((code) => code !== 'uplink-flapping')),
    );
  });
});

describe('isOlder', () => {
  it.each([
    ['1.10.6', '1.12', true],
    ['1.12', '1.12', false],
    ['1.12.1', '1.12', false],
    ['2.0', '1.12', false],
    ['v1.2', '1.12', true],
    ['1', '1.12', true],
    ['simulated', '20.10', false],
    ['', '1.12', false],
  ])('%s, than %s: %s', (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });
});
