import { describe, expect, it } from '@jest/globals';
import { explain } from '@orrery/shared/contracts';
import type { GroundEntry, RouterGround } from '@orrery/shared/machine';
import { attachmentItem, membershipItem, route } from '../../../../../test/support/agent/items.js';
import { container, known, observed } from '../../../../../test/support/agent/observed.js';
import { obstacleOf, routersOf } from './routers.js';

const over = (prefix: string, device: string | null, kind: GroundEntry['kind'] = 'route'): GroundEntry => ({
  ...{ prefix, device, kind, what: `${prefix} over ${device}` },
});
const LAN = over('192.168.10.0/24', 'eth1');
const bridge = { name: 'orrery', subnets: ['172.18.0.0/16'], isInternal: false, masquerades: true };
const { router, container: demo, items } = route();

const obstacle = (ground: GroundEntry[], routerGround: RouterGround = { bridge }, prefixes = router.prefixes) => {
  const found = obstacleOf({ prefixes }, { ground: { known: true, value: ground }, routerGround });
  return found && [found.code, found.cause];
};

describe('a prefix', () => {
  it.each<[string, GroundEntry[]]>([
    ['is on a link of the host', [LAN]],
    ['is behind a router of the site', [over('192.168.0.0/16', 'eth0')]],
    ['is behind the default route', [over('0.0.0.0/0', 'eth0')]],
    ['is on a bridge that a person made', [over('192.168.10.0/24', 'br0')]],
    ['is reached in part', [over('192.168.10.128/25', 'eth1')]],
    ['is on a link although a network pushes more of it', [LAN, over('192.168.0.0/16', 'zt2wvxsckz', 'zerotier')]],
  ])('is reached when it %s', (_how, ground) => {
    expect(obstacle(ground)).toBeUndefined();
  });

  it.each<[string, GroundEntry[], string]>([
    ['there is no route', [], 'no route to 192.168.10.0/24'],
    ['there are only routes elsewhere', [over('192.168.11.0/24', 'eth1')], 'no route'],
    ['it is a ZeroTier network', [over('0.0.0.0/0', 'eth0'), over('192.168.10.0/24', 'zt2wvxsckz', 'zerotier')], 'zt2'],
    ['Docker has it', [over('0.0.0.0/0', 'eth0'), over('192.168.0.0/16', 'br-0123456789ab')], 'br-0123456789ab'],
    ['it is the bridge of Docker', [over('192.168.10.0/24', 'docker0')], 'docker0'],
    ['only a resolver is there', [over('192.168.10.0/24', 'eth0', 'resolver')], 'no route'],
  ])('is not reached when %s', (_how, ground, cause) => {
    expect(obstacle(ground)).toEqual(['lan-not-reached', expect.stringContaining(cause)]);
  });

  it('must not overlap the network that the router itself is on', () => {
    const everywhere = [over('0.0.0.0/0', 'eth0')];
    expect(obstacle(everywhere, { bridge }, ['172.16.0.0/12'])?.[1]).toContain('overlaps 172.18.0.0/16');
    expect(obstacle(everywhere, { bridge }, ['172.18.9.0/24'])?.[0]).toBe('lan-not-reached');
    expect(obstacle(everywhere, { bridge }, ['172.19.0.0/16'])).toBeUndefined();
  });
});

describe('a host', () => {
  it.each<[string, RouterGround, string]>([
    ['without nft', { trouble: explain('nft-missing/program') }, 'nft-missing'],
    ['whose containers have no way out', { bridge: { ...bridge, isInternal: true } }, 'no-masquerade'],
    ['whose engine does not masquerade', { bridge: { ...bridge, masquerades: false } }, 'no-masquerade'],
  ])('%s is unfit', (_what, ground, code) => {
    expect(obstacle([LAN], ground)?.[0]).toBe(code);
  });

  it('is not judged by what is unknown of its engine, but not fit while its routes are unknown', () => {
    expect(obstacle([LAN], {})).toBeUndefined();
    const unknown = { known: false, cause: 'no ip', fix: 'install it' } as const;
    expect(obstacleOf(router, { ground: unknown })).toMatchObject({ code: 'unexpected', cause: 'no ip' });
  });
});

describe('the routers of a host', () => {
  const fit = { ground: { known: true as const, value: [LAN] }, routerGround: { bridge } };
  const unfit = { ...fit, routerGround: { trouble: explain('nft-missing/program') } };
  const ways = (all: Parameters<typeof routersOf>[0], state = observed(), grounds = fit as typeof unfit | typeof fit) =>
    [...routersOf(all, state, grounds)].map(([node, of]) => [
      node === demo.node,
      ...of.map(({ prefixes }) => prefixes),
    ]);

  it('are those with a present item in a present container of their own', () => {
    expect(ways(items)).toEqual([[true, ['192.168.10.0/24']]]);
    expect(ways([demo])).toEqual([]);
    expect(ways([demo, { ...router, intent: 'absent' }])).toEqual([]);
    expect(ways([{ ...demo, intent: 'absent' }, router])).toEqual([]);
    expect(ways([router])).toEqual([]);
    expect(ways([attachmentItem({ node: router.node }), router])).toEqual([]);
    expect(ways([membershipItem({ node: router.node, nodeKind: 'host' }), router])).toEqual([]);
  });

  it('carry the prefixes of all their networks, in an order of their own', () => {
    const other = { ...router, network: '8056c2e21c000000', prefixes: ['10.2.0.0/16', '10.1.0.0/16'] };
    const anywhere = { ...fit, ground: { known: true as const, value: [over('0.0.0.0/0', 'eth0')] } };
    const sorted = [[true, ['10.1.0.0/16', '10.2.0.0/16'], ['192.168.10.0/24']]];
    expect(ways([...items, other], observed(), anywhere)).toEqual(sorted);
    expect(ways([other, ...items], observed(), anywhere)).toEqual(sorted);
  });

  it('begin only on a host that is fit, and are not taken apart when it is not for a while', () => {
    expect(ways(items, observed(), unfit)).toEqual([]);
    const plain = observed({ containers: known([container(demo)]) });
    expect(ways(items, plain, unfit)).toEqual([]);
    const forwarding = observed({ containers: known([container(demo, { forwards: true })]) });
    expect(ways(items, forwarding, unfit)).toEqual([[true, ['192.168.10.0/24']]]);
    const foreign = observed({ containers: known([container(demo, { forwards: true, ours: false })]) });
    expect(ways(items, foreign, unfit)).toEqual([]);
  });
});
