import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Accepted, AcceptedGroup, Command, HostPage, Network, type ShownOutcome } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { runCli } from './support/fake-terminal.js';
import { json, StubApi, type StubRequest } from './support/stub-api.js';
import { command, host, id, LAB, network, stages } from './support/stub-data.js';

const LAUNCH = 'launch demo --host web-1 --network lab';
const WAITING = {
  kind: 'waiting',
  code: 'authorization',
  cause: '89e92ceee5 is not authorized on 8056c2e21c000001',
  fix: 'Authorize 89e92ceee5 on the controller 8056c2e21c.',
  commands: [],
} satisfies ShownOutcome;

describe('--wait', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
    api.on('POST /v1/hosts/web-1/containers', () => json(Accepted, { command: command() }, 202));
  });
  afterEach(() => api.close());
  const orrery = (line: string, interrupt?: AbortSignal) => runCli(line, api.env, interrupt ? { interrupt } : {});

  /** The states of commands: each poll that has seen the present state gets the next one, and the last one stays. */
  const lives = (...given: Command[][]) => {
    for (const life of given) {
      const [first] = life;
      let at = 0;
      api.on(`GET /v1/commands/${first?.id}`, async ({ query }) => {
        const now = life[at] as Command;
        const known = Number(query.seen) === now.stages.length && query.state === now.state;
        if (known && at < life.length - 1) at += 1;
        else if (known) await pause(20); // as a long poll does
        return json(Command, life[at] as Command);
      });
    }
  };
  const polls = (): StubRequest[] => api.asked(`GET /v1/commands/${command().id}`);

  const delivered = command({ stages: stages(['accepted', 0], ['delivered', 30, 'revision 8']) });
  const waiting = command({
    state: 'waiting',
    outcome: WAITING,
    stages: [...delivered.stages, ...stages(['started', 610], ['authorization', 900, '89e92ceee5'])],
  });
  const done = command({
    state: 'done',
    outcome: { kind: 'done' },
    stages: [...waiting.stages, ...stages(['authorized', 1200], ['interface', 1340, 'ztzy24d4fg'], ['done', 1350])],
    endedAt: '2026-01-02T03:04:06.350Z',
  });

  it('prints each stage once with its time, says what to do while it waits, and exits 0', async () => {
    lives([delivered, waiting, done]);
    const { code, out } = await orrery(`${LAUNCH} --wait`);
    expect(out.split('\n')).toEqual([
      `demo on web-1 → ${LAB}`,
      '  ✓ accepted                                      0.00 s',
      '  ✓ delivered   revision 8                        0.03 s',
      '  ✓ started                                       0.61 s',
      '  … authorization 89e92ceee5                      0.90 s',
      '  … waiting (authorization): 89e92ceee5 is not authorized on 8056c2e21c000001',
      '    next Authorize 89e92ceee5 on the controller 8056c2e21c.',
      '  ✓ authorized                                    1.20 s',
      '  ✓ interface   ztzy24d4fg                        1.34 s',
      '✓ launch demo on web-1 done in 1.35 s',
    ]);
    expect(code).toBe(0);
  });

  it('names the networks above a launch and a join; a long detail shifts only its own line', async () => {
    const detail = '3a7f1b22c0 (admission: fleet)';
    const stagesOf = stages(['authorized', 40, detail], ['address', 1040, '10.182.44.12/24, fd80:56c2:e21c::1/88']);
    lives([command({ ...done, stages: stagesOf })]);
    api.on(`GET /v1/networks/${LAB}`, () => json(Network, network()));
    expect((await orrery(`${LAUNCH} --wait`)).out.split('\n').slice(0, 3)).toEqual([
      'demo on web-1 → lab',
      '  ✓ authorized  3a7f1b22c0 (admission: fleet)     0.04 s',
      '  ✓ address     10.182.44.12/24, fd80:56c2:e21c::1/88 1.04 s',
    ]);
    const join = command({ action: 'join', target: `web-1 in ${LAB}` });
    api.on('PUT /v1/nodes/web-1/networks/lab', () => json(Accepted, { command: join }, 202));
    lives([{ ...join, state: 'done' }]);
    expect((await orrery('join web-1 lab --wait')).out).toMatch(/^web-1 → lab\n/);
  });

  it('polls with the state that it has already seen', async () => {
    lives([delivered, waiting, done]);
    await orrery(`${LAUNCH} --wait=5m`);
    expect(polls()[0]?.query).toEqual({});
    expect(polls()[2]?.query.wait).toBe('30s');
    expect(polls()[1]?.query).toEqual({ wait: '1s', seen: '2', state: 'delivered' });
  });

  it('exits 3 at the timeout, with what to do next and how to continue', async () => {
    lives([waiting]);
    const { code, out } = await orrery(`${LAUNCH} --wait=20ms`);
    expect(code).toBe(3);
    expect(out).toMatch(
      /… launch demo on web-1 is still waiting after 0\.\d\d s: authorization: 89e92ceee5 is not authorized/,
    );
    expect(out).toContain('  next Authorize 89e92ceee5 on the controller 8056c2e21c.');
    expect(out).toContain(`  then orrery command wait ${command().id}`);
  });

  it('says once that a host is not connected, and exits 3 if it stays so', async () => {
    lives([command({ state: 'queued' })]);
    const { code, out } = await orrery(`${LAUNCH} --wait=300ms`);
    expect(code).toBe(3);
    expect(out.match(/… queued until web-1 connects/g)).toHaveLength(1);
    expect(out).toContain('web-1 has not received it yet');
  });

  it('exits 1 with cause, fix and where to read more when the command failed', async () => {
    const failed = { kind: 'failed', code: 'tun-missing', cause: 'no /dev/net/tun', fix: 'modprobe tun' } as const;
    const outcome = { ...failed, commands: [] };
    lives([command({ state: 'failed', outcome, stages: stages(['accepted', 0], ['failed', 400]) })]);
    const { code, out } = await orrery(`${LAUNCH} --wait`);
    expect(code).toBe(1);
    expect(out.split('\n').slice(2)).toEqual([
      '✗ launch demo on web-1 failed: no /dev/net/tun (tun-missing)',
      '  fix  modprobe tun',
      '  more orrery explain tun-missing',
    ]);
  });

  it.each(['cancelled', 'superseded'] as const)('exits 1 when the command was %s', async (state) => {
    lives([command({ state })]);
    const { code, out } = await orrery(`command wait ${command().id}`);
    expect(code).toBe(1);
    expect(out).toContain(state);
  });

  it('prints only the last state of the command with -o json', async () => {
    lives([delivered, waiting, done]);
    const { code, out, err } = await orrery(`${LAUNCH} --wait -o json`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(done);
  });

  it('prints the command itself with -o json and without --wait', async () => {
    expect(JSON.parse((await orrery(`${LAUNCH} -o json`)).out)).toEqual(command());
  });

  it('does not read the next word as a duration', async () => {
    lives([done]);
    expect((await orrery('launch --wait demo --host web-1 --network lab')).code).toBe(0);
  });

  it('rejects a wrong duration before anything is sent', async () => {
    expect((await orrery(`${LAUNCH} --wait=soon`)).code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('exits 130 at Ctrl-C, and says that the command continues and how to show it', async () => {
    lives([waiting]);
    const interrupt = new AbortController();
    api.on(`GET /v1/commands/${command().id}`, ({ query }) => {
      if (query.wait) interrupt.abort();
      return query.wait ? undefined : json(Command, waiting);
    });
    const { code, err } = await orrery(`${LAUNCH} --wait`, interrupt.signal);
    expect(code).toBe(130);
    expect(err).toContain('Stopped waiting; the command continues.');
    expect(err).toContain(`orrery command wait ${command().id}`);
  });

  it('waits through a restart of the API, and exits 5 when it stays down', async () => {
    lives([waiting, done]);
    api.on(`GET /v1/commands/${command().id}`, ({ query }) => {
      if (!query.wait) return json(Command, waiting);
      void api.close();
      return undefined;
    });
    const { code, out, err } = await orrery(`${LAUNCH} --wait=200ms`);
    expect(code).toBe(5);
    expect(out.match(/the API is not responding; retrying/g)).toHaveLength(1);
    expect(err).toContain('api-unreachable');
    await api.listen();
    const coming = orrery(`command wait ${command().id}`);
    await eventually(() => polls().length > 2);
    await api.close();
    lives([waiting, done]);
    await api.listen();
    expect((await coming).code).toBe(0);
  });

  describe('for several commands', () => {
    beforeEach(() => {
      const commands = [1, 2, 3].map((number) => command({ group: id('cmd', 9) }, number));
      const hosts = [1, 2, 3].map((number) => host(`web-${number}`, {}, number));
      api.on('GET /v1/hosts', () => json(HostPage, { items: hosts, next: null }));
      api.on('POST /v1/commands', () => json(AcceptedGroup, { group: id('cmd', 9), commands }, 202));
    });
    const everywhere = 'launch demo -l site=cloud --network lab --yes --wait=20ms';
    const ended = (number: number) => command({ state: 'done', outcome: { kind: 'done' } }, number);
    const failure: ShownOutcome = { kind: 'failed', code: 'disk-full', cause: 'c', fix: 'f', commands: [] };

    it('names the host in each line, ends with a summary, and exits 1 after one failure', async () => {
      lives([ended(1)], [command({ state: 'failed', outcome: failure }, 2)], [command({ state: 'queued' }, 3)]);
      const { code, out } = await orrery(everywhere);
      expect(code).toBe(1);
      expect(out).toContain('web-1 │ ✓ launch demo on web-1 done in');
      expect(out).toContain('web-2 │ ✗ launch demo on web-2 failed');
      expect(out.split('\n').at(-1)).toBe('1 done · 1 failed · 1 still waiting');
    });

    it('exits 3 when one still waits, and 0 when all are done', async () => {
      lives([ended(1)], [ended(2)], [command({ state: 'queued' }, 3)]);
      expect((await orrery(everywhere)).code).toBe(3);
      lives([ended(3)]);
      expect((await orrery(everywhere)).code).toBe(0);
    });

    it('prints one line for each of more than five as it ends, and nothing before', async () => {
      const numbers = [1, 2, 3, 4, 5, 6];
      const commands = numbers.map((number) => command({ group: id('cmd', 9) }, number));
      const hosts = numbers.map((number) => host(`web-${number}`, {}, number));
      api.on('GET /v1/hosts', () => json(HostPage, { items: hosts, next: null }));
      api.on('POST /v1/commands', () => json(AcceptedGroup, { group: id('cmd', 9), commands }, 202));
      const failed = command({ state: 'failed', outcome: failure, stages: stages(['accepted', 0]) }, 2);
      lives(...numbers.map((number) => [number === 2 ? failed : ended(number)]));
      const { code, out } = await orrery(everywhere);
      expect(code).toBe(1);
      expect(out.split('\n').sort()).toEqual([
        '5 done · 1 failed',
        ...[1, 3, 4, 5, 6].map((n) => expect.stringMatching(`^✓ launch demo on web-${n} done in [0-9.]+ s$`)),
        '✗ launch demo on web-2 failed: c (disk-full)',
      ]);
    });

    it('prints an array with -o json', async () => {
      lives([ended(1)], [ended(2)], [ended(3)]);
      const { out } = await orrery(`${everywhere} -o json`);
      expect((JSON.parse(out) as Command[]).map(({ id: commandId }) => commandId)).toEqual(
        [1, 2, 3].map((number) => id('cmd', number)),
      );
    });
  });
});
