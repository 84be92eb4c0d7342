import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../api/client.js';
import { commandSentence } from './command-sentence.js';
import { laneOf, stageRows, stageWord, timeWord } from './stage-rows.js';

type Command = Shape<'Command'>;
const LAB = '8056c2e21c000001';
const NAMES = new Map([[LAB, 'lab']]);

const AT = '2026-11-30T10:00:00.000Z';
const LAUNCH: Command = {
  id: 'cmd_a',
  action: 'launch',
  host: { id: 'hst_a', name: 'web-2' },
  simulated: false,
  target: 'cache on web-2',
  container: 'cnt_a',
  node: 'nod_a',
  networks: [LAB],
  group: null,
  revision: 3,
  state: 'delivered',
  items: [],
  outcome: null,
  stages: [],
  by: 'anna',
  createdAt: AT,
  deliveredAt: null,
  endedAt: null,
};
const command = (
  state: Command['state'],
  stages: [Shape<'Stage'>, number, string?][],
  more: Partial<Command> = {},
): Command => ({
  ...LAUNCH,
  state,
  stages: stages.map(([stage, ms, detail = '']) => ({ stage, ms, detail, at: AT })),
  ...more,
});
const waiting: Command['outcome'] = { kind: 'waiting', code: 'authorization', cause: 'c', fix: 'f', commands: [] };
const failed: Command['outcome'] = { kind: 'failed', code: 'pull-refused', cause: 'c', fix: 'f', commands: [] };
const shown = (one: Command) => stageRows(one).map(({ stage, is, from, to }) => [stage, is, from, to]);
const said = (one: Command) => commandSentence(one, NAMES);

describe('the stages of a command', () => {
  it('are what was observed, then the one that is awaited, then those to come', () => {
    const launch = command('delivered', [
      ['accepted', 0],
      ['delivered', 610],
      ['pull', 7920, 'zerotier/zerotier:1.14.2'],
      ['created', 8410],
    ]);
    expect(shown(launch)).toEqual([
      ['accepted', 'fine', 0, 0],
      ['delivered', 'fine', 0, 610],
      ['pull', 'fine', 610, 7920],
      ['created', 'fine', 7920, 8410],
      ['started', 'working', 8410, undefined],
      ...['daemon', 'joined', 'authorized', 'interface', 'address'].map((stage) => [stage, 'todo', 0, undefined]),
    ]);
    expect(said(launch)).toBe('cache is being launched on web-2; it is starting');
  });

  it('do not skip what its host has not done when the controller authorizes the node first', () => {
    const ahead = command('delivered', [
      ['accepted', 0],
      ['authorized', 280, '199de23cf0'],
      ['delivered', 390],
    ]);
    expect(shown(ahead).slice(3)).toEqual([
      ['created', 'working', 390, undefined],
      ...['started', 'daemon', 'joined', 'interface', 'address'].map((stage) => [stage, 'todo', 0, undefined]),
    ]);
    expect(said(ahead)).toBe('cache is being launched on web-2; it is being created');
  });

  it('end with the address', () => {
    const done = command('done', [
      ['accepted', 0],
      ['address', 10_970, '10.35.200.34/24'],
      ['done', 10_971],
    ]);
    expect(shown(done).at(-1)).toEqual(['address', 'fine', 0, 10_970]);
    expect(said(done)).toBe('cache runs on web-2 and is in lab as 10.35.200.34');
  });

  it('stay open at what they wait for', () => {
    const asks = command('waiting', [
      ['joined', 900, LAB],
      ['authorization', 950, LAB],
    ]);
    expect(shown({ ...asks, outcome: waiting }).slice(1)).toEqual([
      ['authorization', 'fine', 900, 950],
      ['authorized', 'waiting', 950, undefined],
      ...['interface', 'address'].map((stage) => [stage, 'todo', 0, undefined]),
    ]);
    expect(said({ ...asks, outcome: waiting })).toBe('cache waits for a person');
    expect(commandSentence({ ...asks, outcome: waiting }, NAMES, { isAsked: true })).toBe('cache is being authorized');
    // Its controller has said so, and the node has not noticed.
    const authorized = { ...asks, outcome: { ...waiting, code: 'configuration' as const } };
    expect(shown(authorized)[2]).toEqual(['authorized', 'working', 950, undefined]);
    expect(said(authorized)).toBe('cache is authorized; it gets its address');
    expect(said(command('queued', [['accepted', 0]]))).toBe(
      'cache is being launched on web-2; web-2 has not received it yet',
    );
  });

  it('keep how long they waited for a person, whatever was seen meanwhile', () => {
    const admitted = command('delivered', [
      ['joined', 900, LAB],
      ['authorization', 1640, LAB],
      ['heard', 6550],
      ['authorized', 9100, '4af73301ef (anna)'],
    ]);
    const [, , heard, authorized] = stageRows(admitted);
    expect(heard).toMatchObject({ stage: 'heard', from: 1640, to: 6550 });
    expect(authorized).toMatchObject({
      stage: 'authorized',
      is: 'fine',
      from: 1640,
      to: 9100,
      detail: 'by anna',
      hasWaited: true,
    });
    const words = stageRows(admitted).map(({ stage }) => stageWord(stage));
    expect(new Set(words).size).toBe(words.length);
  });

  it('wait once for a person, also when the node was heard meanwhile, and not after the controller let it in', () => {
    const asks: [Shape<'Stage'>, number][] = [
      ['joined', 1250],
      ['authorization', 1650],
      ['heard', 6510],
    ];
    const open = command('waiting', asks, { outcome: waiting });
    expect(shown(open).filter(([, is]) => is === 'waiting')).toEqual([['authorized', 'waiting', 1650, undefined]]);
    const letIn = command('waiting', [...asks, ['authorized', 9660]], { outcome: waiting });
    expect(shown(letIn).slice(-2)).toEqual([
      ['interface', 'working', 9660, undefined],
      ['address', 'todo', 0, undefined],
    ]);
    expect(said(letIn)).toBe('cache is authorized; it gets its address');
  });

  it('end where it failed, with nothing after that', () => {
    const broken = command('failed', [['delivered', 610]], { outcome: failed, endedAt: '2026-11-30T10:00:03.100Z' });
    expect(shown(broken)).toEqual([
      ['delivered', 'fine', 0, 610],
      ['created', 'failed', 610, 3100],
    ]);
    expect(said(broken)).toBe('The launch of cache on web-2 failed');
  });

  it.each([
    ['join', 'web-1 in 8056c2e21c000001', 'web-1 is in lab as 10.1.2.3'],
    ['leave', 'web-1 in 8056c2e21c000001', 'web-1 left lab'],
    ['remove', 'demo on web-1', 'demo was removed from web-1'],
  ] as const)('of a %s end in a sentence', (action, target, sentence) =>
    expect(said(command('done', [['address', 5, '10.1.2.3/24']], { action, target }))).toBe(sentence),
  );

  it('of an attachment are told as one, and not as a launch', () => {
    const attached = command('done', [['address', 5, '10.1.2.3/24']]);
    expect(commandSentence(attached, NAMES, { as: 'attach' })).toBe(
      'cache is attached on web-2 and is in lab as 10.1.2.3',
    );
    expect(commandSentence(command('failed', []), NAMES, { as: 'attach' })).toBe(
      'The attachment of cache on web-2 failed',
    );
    expect(commandSentence(command('done', [], { action: 'remove', networks: [] }), NAMES, { as: 'detach' })).toBe(
      'cache was detached on web-2',
    );
  });

  it('have lanes of a round length', () => {
    expect([480, 10_970, 61_000].map((ms) => laneOf(ms).step)).toEqual([0.1, 2.5, 30]);
    expect(laneOf(400 * 86_400_000).ms).toBeGreaterThanOrEqual(400 * 86_400_000);
    expect([480, 9240, 185_000, 15_000_000].map((ms) => timeWord(ms))).toEqual([
      '0.48 s',
      '9.24 s',
      '3 min 05 s',
      '4 h 10 min',
    ]);
  });
});
