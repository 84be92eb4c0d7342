import { describe, expect, it } from '@jest/globals';
import { FailureCode, WaitingCode } from '@orrery/shared/contracts';
import { depthOf } from './depth.js';
import { tellStory } from './story.js';

const at = (second: number) => `2026-05-01T10:00:${String(second).padStart(2, '0')}.000Z`;
const past = (second: number, type: string, data: object = {}, network: string | null = null) => ({
  ...{ at: at(second), type, network, subject: null, data: data as Record<string, unknown> },
});

describe('a story', () => {
  it('tells each event that matters in a sentence, and no other', () => {
    const events = [
      past(1, 'command.created', { by: 'anna', action: 'launch', target: 'web-1/demo' }),
      past(2, 'node.up', { after: { address: '3cdfe08e8b' } }),
      past(3, 'path.direct', {}),
      past(4, 'authorization.requested', {}, 'one'),
      past(5, 'item.settled', { outcome: { kind: 'waiting', code: 'authorization', cause: 'no' } }),
    ];
    expect(tellStory(events, { network: 'one' })).toEqual([
      { at: at(1), text: 'anna asked for it: launch web-1/demo' },
      { at: at(2), text: 'its zerotier-one answers as 3cdfe08e8b' },
      { at: at(4), text: 'its controller has not let it in (ACCESS_DENIED)' },
    ]);
  });

  it('leaves out other networks, tells the same thing once, and keeps the last dozen', () => {
    const joined = past(1, 'network.joined', {}, 'other');
    const same = [past(2, 'node.heard'), past(3, 'node.heard')];
    expect(tellStory([joined, ...same], { network: 'one' })).toEqual([
      { at: at(2), text: 'it heard from another node' },
    ]);
    expect(tellStory([joined], { network: 'other' })).toHaveLength(1);
    const many = Array.from({ length: 40 }, (_, n) => past(n, 'node.down', { cause: `cause ${n}` }));
    expect(tellStory(many).map((line) => line.at)).toEqual(many.slice(-12).map((event) => event.at));
  });

  it('says of a host which of its nodes each event is about', () => {
    const events = [
      { ...past(1, 'host.online'), subject: 'web-1' },
      { ...past(2, 'node.heard'), subject: 'web-1/demo' },
    ];
    expect(tellStory(events, { of: 'web-1' }).map(({ text }) => text)).toEqual([
      'its host is online',
      'web-1/demo: it heard from another node',
    ]);
  });

  it('tells a failure of a container and of its memberships once', () => {
    const failed = (cause: string) => ({ outcome: { kind: 'failed', code: 'image-absent', cause } });
    const events = [
      past(1, 'item.settled', failed('no image')),
      past(2, 'item.settled', failed('its container: no image')),
    ];
    expect(tellStory(events)).toEqual([{ at: at(1), text: 'failed (image-absent): no image' }]);
  });

  it('is not longer than people read, and survives data of any shape', () => {
    const events = [
      past(1, 'container.died', { cause: 'x'.repeat(10_000) }),
      past(2, 'finding.raised', { finding: 7 }),
      past(3, 'address.assigned', { address: { no: 'text' } }),
    ];
    const [died] = tellStory(events);
    expect(died?.text.length).toBeLessThan(300);
    expect(tellStory(events)).toHaveLength(3);
  });
});

it('every outcome has a place among the causes, the root before its symptoms', () => {
  const unplaced = [...WaitingCode.options, ...FailureCode.options].filter(
    (code) => depthOf(code) === depthOf('no-such-code'),
  );
  expect(unplaced).toEqual([]);
  const chain = [
    'host-away',
    'policy-denied',
    'tun-missing',
    'daemon-unreachable',
    'configuration',
    'interface',
    'address',
  ];
  expect(chain.map(depthOf)).toEqual(chain.map(depthOf).toSorted((a, b) => a - b));
});
