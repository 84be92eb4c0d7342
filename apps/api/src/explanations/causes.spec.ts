import { describe, expect, it } from '@jest/globals';
import { explain } from '@orrery/shared/contracts';
import { areSeveral, candidate, sortCauses, verdictOf } from './causes.js';

const told = (about: string) => ({ standing: 'trouble', about, since: null }) as const;
const stopped = (about: string, doing: string) =>
  candidate(
    explain('docker-unreachable/stopped', { socket: '/run/docker.sock', error: 'ECONNREFUSED', doing }),
    told(about),
  );
const refused = (about: string, image = 'x') =>
  candidate(explain('pull-refused/image', { cause: `pulling ${image} failed: no`, image }), told(about));
const shown = (causes: ReturnType<typeof sortCauses>) => causes.map(({ code, about }) => `${code} ${about}`);

describe('causes', () => {
  it('name an engine that is down once, as that of its host', () => {
    const causes = sortCauses(
      [
        ...['web-1/a', 'web-1/b', 'web-1/a in lab', 'web-1/b in lab'].map((about) =>
          stopped(about, `starting ${about}`),
        ),
        stopped('web-1', 'listing containers'),
      ],
      'web-1',
    );
    expect(shown(causes)).toEqual(['docker-unreachable web-1']);
    expect(verdictOf(causes)).toMatchObject({
      cause: { cause: expect.stringContaining('listing containers') },
      more: [],
    });
  });

  it('are told once with everything that they are about', () => {
    const both = sortCauses([
      refused('web-1/a'),
      refused('web-1/b'),
      refused('web-1/c', 'y'),
      refused('web-1/a in lab'),
    ]);
    expect(shown(both)).toEqual(['pull-refused web-1/a and web-1/b', 'pull-refused web-1/c']);
    expect(both.map(({ about }) => areSeveral(about))).toEqual([true, false]);
    const six = sortCauses(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => refused(`web-1/${name}`)));
    expect(shown(six)).toEqual(['pull-refused web-1/a, web-1/b and 4 more']);
  });

  it('of different things stay apart where the commands that mend them differ', () => {
    const down = (container: string) =>
      candidate(explain('daemon-unreachable', { cause: 'no answer' }), told(`web-1/${container}`), {
        about: { host: 'web-1', kind: 'container', container },
      });
    expect(sortCauses([down('a'), down('b')])).toHaveLength(2);
  });
});
