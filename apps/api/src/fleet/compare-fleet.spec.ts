import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { routeOverlaps, type NodeRoutes } from './compare-routes.js';
import { agentDrift, nodeDrift, type NodeVersion } from './compare-versions.js';

const host = newId('hst');
const [LAB, SHOP] = ['8056c2e21c000001', '8056c2e21c000002'] as const;

describe('the version of an agent', () => {
  it.each([
    ['0.3.9', '0.4.0', true],
    ['0.4.0', '0.4.2', false],
    ['0.5.0', '0.4.2', false],
    ['0.9.0', '1.0.0', true],
    ['test', '0.4.0', false],
    ['0.3.9', 'dev', false],
  ])('%s beside an API %s: %s', (version, api, expected) => {
    const found = agentDrift([{ host, version }], api);
    expect(found).toEqual(
      expected
        ? [expect.objectContaining({ code: 'version-drift', host, cause: expect.stringContaining(version) })]
        : [],
    );
  });
});

describe('the versions of zerotier-one in a network', () => {
  const nodes = (...versions: string[]): NodeVersion[] =>
    versions.map((version) => ({ host, node: newId('nod'), network: LAB, networkName: 'lab', version }));
  const severities = (...versions: string[]) => nodeDrift(nodes(...versions)).map(({ severity }) => severity);

  it.each([
    [['1.14.1', '1.14.2'], []],
    [['1.14.1', '1.12.2'], ['info']],
    [['1.10.6', '1.14.1', '1.14.2'], ['warning']],
    [
      ['1.10.6', '1.6.0', '2.0.0'],
      ['warning', 'warning'],
    ],
    [['1.14.1', 'simulated', ''], []],
    [['1.14.1', '99999.1'], []],
  ])('%j: %j', (versions, expected) => {
    expect(severities(...versions)).toEqual(expected);
  });

  it('are compared within one network only, and named once for each node', () => {
    const [old, young] = nodes('1.8.0', '1.14.1') as [NodeVersion, NodeVersion];
    expect(nodeDrift([old, { ...young, network: SHOP }])).toEqual([]);
    const also = [old, young, { ...old, network: SHOP }, { ...young, network: SHOP }];
    const found = nodeDrift(also);
    expect(found).toEqual([
      expect.objectContaining({ node: old.node, cause: expect.stringContaining('in lab has 1.14.1') }),
    ]);
  });
});

describe('the routes of the networks of a node', () => {
  const node = newId('nod');
  const on = (network: typeof LAB | typeof SHOP, targets: string[], of = node): NodeRoutes => ({
    ...{ host, node: of, network, networkName: network === LAB ? 'lab' : 'shop', targets },
  });

  it.each([
    [['10.1.0.0/24'], ['10.1.0.0/24'], true],
    [['10.1.0.0/16'], ['10.1.2.0/24'], true],
    [['10.1.0.0/24', 'fd00:1::/64'], ['10.2.0.0/24', 'fd00:1::/48'], true],
    [['10.1.0.0/24'], ['10.1.1.0/24'], false],
    [['0.0.0.0/0'], ['10.1.1.0/24'], false],
    [['fe80::/64', 'ff00::/8', '10.1.0.0/24'], ['fe80::/64', 'ff00::/8', '10.3.0.0/24'], false],
    [['what', '', '10.1.0.0/33'], ['10.1.0.0/24'], false],
  ])('%j and %j overlap: %s', (one, other, expected) => {
    const found = routeOverlaps([on(SHOP, other), on(LAB, one)]);
    expect(found).toEqual(expected ? [expect.objectContaining({ code: 'route-overlap', node, network: LAB })] : []);
  });

  it('say which, and do not concern another node', () => {
    const [found] = routeOverlaps([on(LAB, ['10.1.0.0/16']), on(SHOP, ['10.1.2.0/24'])]);
    expect(found?.cause).toBe('the networks lab (10.1.0.0/16) and shop (10.1.2.0/24) overlap');
    expect(routeOverlaps([on(LAB, ['10.1.0.0/16']), on(SHOP, ['10.1.2.0/24'], newId('nod'))])).toEqual([]);
  });
});
