import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { Listed } from './engine-containers.js';
import { LABEL } from './labels.js';
import { neighbourhoodOf } from './neighbours.js';

const host = newId('hst');
const own = newId('nod');
const id = (digit: string) => digit.repeat(64);
const WORKLOAD = id('a');

interface Given {
  networks?: Record<string, string>;
  inside?: string;
  labels?: Record<string, string>;
  state?: string;
}
const container = (Id: string, { networks = {}, inside, labels = {}, state = 'running' }: Given): Listed => ({
  Id,
  State: state,
  Labels: labels,
  HostConfig: { NetworkMode: inside === undefined ? 'some' : `container:${inside}` },
  NetworkSettings: {
    Networks: Object.fromEntries(
      Object.entries(networks).map(([NetworkID, IPAddress]) => [`name of ${NetworkID}`, { NetworkID, IPAddress }]),
    ),
  },
});
const labels = (node: string, port = '25001', of: string = host) => ({
  [LABEL.host]: of,
  [LABEL.node]: node,
  [LABEL.port]: port,
});
const workload = container(WORKLOAD, { networks: { front: '172.20.0.3', back: '172.21.0.3' } });
const around = (...others: Listed[]) => neighbourhoodOf(WORKLOAD, own, host, [workload, ...others]);

describe('the neighbourhood of a workload', () => {
  it('are its own addresses, and the nodes on its networks with their addresses there', () => {
    const node = newId('nod');
    const networks = { back: '172.21.0.9', elsewhere: '172.22.0.9' };
    expect(around(container(id('b'), { networks, labels: labels(node) }))).toEqual({
      addresses: ['172.20.0.3', '172.21.0.3'],
      neighbours: [{ node, endpoints: [{ ip: '172.21.0.9', port: 25_001 }] }],
    });
  });

  it('contains other attachments, at the addresses of their workloads', () => {
    const node = newId('nod');
    const other = container(id('c'), { networks: { front: '172.20.0.7' } });
    const attached = container(id('d'), { inside: id('c'), labels: labels(node) });
    expect(around(other, attached).neighbours).toEqual([{ node, endpoints: [{ ip: '172.20.0.7', port: 25_001 }] }]);
  });

  it.each<[string, Given]>([
    ['itself', { labels: labels(own) }],
    ['a node of another host', { labels: labels(newId('nod'), '25001', newId('hst')) }],
    ['one that does not run', { labels: labels(newId('nod')), state: 'exited' }],
    ['one without a port', { labels: labels(newId('nod'), '') }],
    ['one that is no node', { labels: {} }],
    ['one on no network of the workload', { labels: labels(newId('nod')), networks: { other: '172.20.0.9' } }],
    ['one without an address', { labels: labels(newId('nod')), networks: { front: '' } }],
    ['one whose workload is gone', { labels: labels(newId('nod')), inside: id('e') }],
  ])('does not contain %s', (_what, given) => {
    expect(around(container(id('b'), { networks: { front: '172.20.0.9' }, ...given })).neighbours).toEqual([]);
  });
});
