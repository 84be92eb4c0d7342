import { describe, expect, it } from '@jest/globals';
import { HeldInspects, HeldList } from './held-inspects.js';

describe('the held list of all containers', () => {
  function held(following = { isFollowed: true }) {
    const clock = { now: 0 };
    let asked = 0;
    const containers = { listed: () => Promise.resolve([{ Id: String(asked++) }]) };
    const list = new HeldList(containers, following, () => clock.now);
    const id = async () => (await list.all({}))[0]?.Id;
    return { list, id, clock };
  }

  it('is good until an event, and for a minute at most', async () => {
    const { list, id, clock } = held();
    expect([await id(), await id()]).toEqual(['0', '0']);
    list.forget();
    expect(await id()).toBe('1');
    clock.now = 59_999;
    expect(await id()).toBe('1');
    clock.now = 60_000;
    expect(await id()).toBe('2');
  });

  it('is not held while no events are received', async () => {
    const { id } = held({ isFollowed: false });
    expect([await id(), await id()]).toEqual(['0', '1']);
  });

  it('is asked for again after an event that came while the engine answered', async () => {
    const { list, id } = held();
    const first = id();
    list.forget();
    await first;
    expect(await id()).toBe('1');
  });
});

describe('a held inspection', () => {
  it('is forgotten for one container, or for all', async () => {
    const asked: string[] = [];
    const containers = {
      inspect: (id: string) => {
        asked.push(id);
        return Promise.resolve(undefined);
      },
    };
    const inspects = new HeldInspects(containers, { isFollowed: true });
    const look = () => Promise.all(['a', 'b'].map((Id) => inspects.of({ Id }, {})));
    await look();
    await look();
    inspects.forget('a');
    await look();
    inspects.forget();
    await look();
    expect(asked).toEqual(['a', 'b', 'a', 'a', 'b']);
  });
});
