import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../api/client.js';
import { shareOf } from './path-share.js';

type Topology = Shape<'Topology'>;

const paths = (direct: number, relayed: number) =>
  Array.from({ length: direct + relayed }, (_, at) => ({
    ...{ node: `n${at}`, peer: 'p' },
    path: at < direct ? ('direct' as const) : ('relayed' as const),
  }));

const topology = (direct: number, relayed: number, more = {}) => ({
  ...{ nodes: [], controllers: [], paths: paths(direct, relayed), ...more },
});

describe('the share of direct paths', () => {
  it('is of all that are known', () => {
    expect(shareOf(topology(4, 2))).toEqual({ all: 6, relayed: 2, percent: 66 });
    expect(shareOf(topology(3, 0))).toMatchObject({ relayed: 0, percent: 100 });
  });

  it('is never whole while one is relayed', () => {
    expect(shareOf(topology(999, 1))).toMatchObject({ percent: 99 });
  });

  it('leaves out paths to and from controllers', () => {
    const keeper: Topology['nodes'][number] = {
      ...{ id: 'n4', host: 'h', name: 'keeper', kind: 'container' },
      address: 'k',
      state: 'fine',
    } as const;
    const controllers: Topology['controllers'] = [
      { id: 'c', name: 'main', node: 'n4', kind: 'self-hosted', state: 'fine' },
    ];
    const known = { ...topology(4, 2), nodes: [keeper], controllers };
    expect(shareOf(known)).toMatchObject({ all: 5, relayed: 1 });
    const toIt = { node: 'n9', peer: 'k', path: 'relayed' as const };
    expect(shareOf({ ...known, paths: [...known.paths, toIt] })).toMatchObject({ all: 5, relayed: 1 });
  });

  it('is of none where no path is known, and not said where not all of them are', () => {
    expect(shareOf(topology(0, 0))).toEqual({ all: 0, relayed: 0, percent: 0 });
    expect(shareOf(topology(4, 2, { morePaths: true }))).toBeUndefined();
  });
});
