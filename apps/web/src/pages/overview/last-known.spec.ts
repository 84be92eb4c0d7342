import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { lastKnownIn } from './last-known.js';

type Topology = Shape<'Topology'>;
const node = (kind: 'host' | 'container', state: string) => ({ kind, state }) as Topology['nodes'][number];
const membership = (state: string) => ({ state }) as Topology['memberships'][number];

describe('what is on unreachable hosts', () => {
  it('is counted by kind, and not the own nodes of hosts', () => {
    const nodes = [node('host', 'away'), node('container', 'away'), node('container', 'fine')];
    const memberships = [membership('away'), membership('away'), membership('waiting')];
    expect(lastKnownIn({ nodes, memberships })).toEqual({ containers: 1, memberships: 2 });
  });
});
