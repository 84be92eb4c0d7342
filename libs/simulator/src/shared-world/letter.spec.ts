import { describe, expect, it } from '@jest/globals';
import { CarriedMessage, Letter } from './letter.js';

const [controller, node] = ['3e92c1f0a7', '3a7f1b22c0'];
const networkId = `${controller}000001`;
const identity = `${node}:0:${'ab'.repeat(64)}`;
const request = { kind: 'config-request', from: node, to: controller, networkId, identity };
const refusal = { kind: 'refusal', from: controller, to: node, networkId, refusal: { code: 'ACCESS_DENIED' } };
const config = {
  ...{ kind: 'config', from: controller, to: node, networkId },
  config: {
    ...{ name: 'lab', public: false, revision: 1, mtu: 2800, broadcast: true, bridge: false },
    ...{ addresses: ['10.182.44.12/24'], routes: [{ target: '10.182.44.0/24', via: null }] },
    dns: { domain: '', servers: [] },
  },
};
const other = '1122334455';

describe('a letter between simulated hosts', () => {
  it.each([request, refusal, config])('carries a $kind, and says who receives the answer', (message) => {
    expect(Letter.parse({ answersTo: node, message })).toEqual({ answersTo: node, message });
    expect(Letter.safeParse({ message }).success).toBe(false);
    expect(Letter.safeParse({ answersTo: '../../etc/x', message }).success).toBe(false);
  });

  it.each([
    ['a request that goes to another controller', { ...request, to: other }],
    ['a request in the name of another node', { ...request, from: other }],
    ['a configuration that is not from the controller', { ...config, from: other }],
    ['a refusal that is not from the controller', { ...refusal, from: other }],
    [
      'a configuration with too many routes',
      { ...config, config: { ...config.config, routes: Array(10_001).fill(0) } },
    ],
    ['a greeting', { kind: 'hello', from: node, to: controller, sentAt: 0 }],
    ['a network ID in uppercase', { ...request, networkId: networkId.toUpperCase() }],
  ])('does not carry %s', (_what, message) => {
    expect(CarriedMessage.safeParse(message).success).toBe(false);
  });
});
