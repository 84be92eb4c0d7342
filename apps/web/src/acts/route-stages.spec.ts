import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../api/client.js';
import { routeStages } from './route-stages.js';

type Route = Shape<'KeptRoute'>;
type Command = Shape<'Command'>;

const via = (host: string, more: Partial<Route['via'][number]> = {}): Route['via'][number] => ({
  ...{ host, container: 'shop-router', launched: true, address: '10.1.2.7', outcome: { kind: 'done' } },
  node: { id: `nod_${host}`, name: `${host}/shop-router`, kind: 'container' },
  ...more,
});
const route = (more: Partial<Route>) =>
  ({
    ...{ state: 'pending', cause: null, router: 'one/shop-router', via: [via('one'), via('two')], announced: [] },
    ...more,
  }) as Route;
const commands = (...states: Command['state'][]) => states.map((state) => ({ state }) as Command);

describe('the stages of a route', () => {
  it('wait for the routers that have no address, and show nothing later as reached', () => {
    const stages = routeStages(
      route({ via: [via('one'), via('two', { address: null, outcome: null })] }),
      commands('done', 'delivered'),
    );
    expect(stages.map(({ name, is }) => `${name} ${is}`)).toEqual([
      'routers working',
      'forwarding todo',
      'announced todo',
    ]);
    expect(stages[0]?.detail).toBe('waiting for the address of two');
  });

  it('show what is announced although a standby is missing', () => {
    const announced = [{ target: '192.168.10.0/24', via: '10.1.2.7' }];
    const stages = routeStages(
      route({ state: 'announced', announced, via: [via('one'), via('two', { address: null })] }),
      commands('done', 'delivered'),
    );
    expect(stages.map(({ is }) => is)).toEqual(['working', 'fine', 'fine']);
    expect(stages[2]?.detail).toBe('192.168.10.0/24 via 10.1.2.7');
  });

  it.each([
    ['failed', commands('failed', 'done')],
    ['waiting', commands('done', 'waiting')],
  ])('show the first that is not reached as %s if a command of a router is', (is, of) => {
    expect(routeStages(route({ via: [via('one', { outcome: null }), via('two')] }), of)[1]).toMatchObject({ is });
  });

  it('are its announcement alone after a switch', () => {
    expect(routeStages(route({ cause: 'its router has no address' }), [])).toEqual([
      { name: 'announced', is: 'working', detail: 'its router has no address' },
    ]);
  });

  it('are not over after a switch while the way before is announced as well, because nodes keep it', () => {
    const by = (gateway: string) => ({ target: '192.168.10.0/24', via: gateway });
    const [before, now] = [by('10.1.2.8'), by('10.1.2.7')];
    const state = (...announced: Route['announced']) =>
      routeStages(route({ state: 'announced', announced, via: [via('one'), via('two', { address: '10.1.2.8' })] }), []);
    expect(state(before, now)).toEqual([
      { name: 'announced', is: 'working', detail: 'the way before is announced, too' },
    ]);
    expect(state(now)).toEqual([{ name: 'announced', is: 'fine', detail: '192.168.10.0/24 via 10.1.2.7' }]);
  });
});
