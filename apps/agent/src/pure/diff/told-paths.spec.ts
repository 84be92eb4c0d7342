import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, ObservedPeer, ObservedState } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { hostNode, known, observed, peer } from '../../../../../test/support/agent/observed.js';
import { diff } from './diff.js';
import { remember } from './remember.js';
import { ToldPaths } from './told-paths.js';

const host = newId('nod');
const PEER = 'aaaaaaaaaa';
const at = (endpoint: string, latencyMs: number | null = 10): ObservedPeer => ({ ...peer(PEER), endpoint, latencyMs });
const HOME = '192.0.2.1/9993';
const AWAY = '198.51.100.1/9993';

let paths: ToldPaths;
let before: ObservedState | undefined;

beforeEach(() => {
  paths = new ToldPaths();
  before = undefined;
  look(0, at(HOME));
});

/** The facts of a look at `seconds`. */
function look(seconds: number, ...peers: ObservedPeer[]): AgentFact[] {
  const state = observed({ nodes: [hostNode(host, { peers: known(peers) })] });
  const shown = paths.of(before, state, seconds * 1000);
  const facts = diff(before, shown);
  before = remember(before, shown);
  return facts;
}
const types = (facts: AgentFact[]) => facts.map(({ type }) => type);
/** The facts of looks every five seconds from `from` to `to`. */
const looks = (from: number, to: number, peerAt: (seconds: number) => ObservedPeer[]): AgentFact[] =>
  Array.from({ length: Math.floor((to - from) / 5) + 1 }, (_, index) => from + index * 5).flatMap((seconds) =>
    look(seconds, ...peerAt(seconds)),
  );

describe('ToldPaths', () => {
  it('reports a change between direct and relayed at once', () => {
    expect(types(look(5, { ...peer(PEER, 'relayed') }))).toEqual(['path.relayed']);
    expect(types(look(10, at(HOME)))).toEqual(['path.direct']);
  });

  it('reports a latency once it has differed by 30 % and 5 ms for a minute', () => {
    expect(looks(5, 60, () => [at(HOME, 16)])).toEqual([]);
    expect(look(65, at(HOME, 17))).toMatchObject([{ type: 'path.direct', data: { after: { latencyMs: 17 } } }]);
    expect(looks(70, 600, () => [at(HOME, 17)])).toEqual([]);
  });

  it.each([
    ['differs by less than 30 %', 100, 129],
    ['differs by less than 5 ms', 1, 6],
  ])('never reports a latency that %s', (_case, told, now) => {
    look(5, peer(PEER, 'relayed'));
    look(10, at(HOME, told));
    expect(looks(15, 600, () => [at(HOME, now)])).toEqual([]);
    expect(types(looks(605, 700, () => [at(HOME, now + told + 5)]))).toEqual(['path.direct']);
  });

  it('reports at most one event per peer and minute over an hour of jitter', () => {
    let seed = 7;
    const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    let base = 10;
    const events = Array.from({ length: 720 }, (_, index) => index * 5 + 5).flatMap((seconds) => {
      if (chance() < 0.02) base = 5 + chance() * 200;
      return look(seconds, at(chance() < 0.3 ? AWAY : HOME, Math.round(base * (0.5 + chance())))).map(() => seconds);
    });
    expect(events.length).toBeGreaterThan(0);
    const gaps = events.slice(1).map((seconds, index) => seconds - (events[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
  });

  it('reports another endpoint after a minute, and none when it only alternates', () => {
    expect(looks(5, 300, (seconds) => [at(seconds % 10 === 0 ? HOME : AWAY)])).toEqual([]);
    expect(looks(305, 380, () => [at(AWAY)])).toMatchObject([
      { type: 'path.direct', data: { after: { endpoint: AWAY } } },
    ]);
  });

  it('reports at once that a direct path is silent, and that it answers again', () => {
    const silent: ObservedPeer = { ...at(HOME), silent: true };
    expect(look(5, silent)).toMatchObject([{ type: 'path.direct', data: { after: { silent: true } } }]);
    expect(look(10, { ...silent, latencyMs: 11 })).toEqual([]);
    const [answers] = look(15, at(HOME));
    expect(answers).toMatchObject({ type: 'path.direct', data: { after: { endpoint: HOME } } });
    expect(answers).not.toHaveProperty('data.after.silent');
    expect(look(20, at(HOME))).toEqual([]);
  });

  it('reports a lost peer after a minute, and nothing when it comes back before', () => {
    expect(looks(5, 50, () => [])).toEqual([]);
    expect(look(55, at(HOME))).toEqual([]);
    expect(looks(60, 130, () => [])).toEqual([{ type: 'path.lost', data: { node: host, peer: PEER, after: null } }]);
    expect(types(look(135, at(HOME)))).toEqual(['path.direct']);
  });
});
