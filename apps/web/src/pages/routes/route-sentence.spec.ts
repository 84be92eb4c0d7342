import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { routeSentence } from './route-sentence.js';

type Route = Shape<'KeptRoute'>;
type Via = Route['via'][number];

const via = (name: string, more: Partial<Via> = {}): Via => ({
  ...{ host: name, container: 'shop-router', launched: true, address: '10.1.2.7', outcome: { kind: 'done' } },
  node: { id: `nod_${name}`, name: `${name}/shop-router`, kind: 'container' },
  ...more,
});
const route = (more: Partial<Route> = {}): Route => ({
  ...{ id: 'rte_a', network: { id: '8056c2e21c000001', name: 'shop' }, target: '192.168.10.0/24', state: 'announced' },
  ...{ cause: null, router: 'one/shop-router', via: [via('one'), via('two', { hears: true })], announced: [] },
  ...{ findings: [], createdAt: '2026-01-31T12:00:00Z', version: 1, ...more },
});

describe('the sentence of a route', () => {
  it.each<[string, Route]>([
    ['one/shop-router carries 192.168.10.0/24 into shop', route()],
    [
      'one/shop-router carries 192.168.10.0/24 into shop, and its standby does not hear it',
      route({ via: [via('one'), via('two', { hears: false })] }),
    ],
    [
      '192.168.10.0/24 is not announced in shop yet: its router has no address',
      route({ state: 'pending', cause: 'its router has no address' }),
    ],
    ['Nothing carries 192.168.10.0/24 into shop: none of its routers is left', route({ router: null, via: [] })],
    [
      'one/shop-router carries 192.168.10.0/24 into shop, but nothing answers',
      route({
        findings: [{ code: 'route-conflict', severity: 'error', cause: 'nothing answers', fix: '', commands: [] }],
      }),
    ],
  ])('is: %s', (sentence, of) => expect(routeSentence(of)).toBe(sentence));
});
