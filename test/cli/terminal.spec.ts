import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Accepted, AcceptedGroup, Command, HostPage } from '@orrery/shared/contracts';
import { json, StubApi } from './support/stub-api.js';
import { command, host, id, stages } from './support/stub-data.js';

// Separate processes, on a machine that can be busy.
jest.setTimeout(60_000);

const BINARY = fileURLToPath(new URL('../../apps/cli/bin/orrery.mjs', import.meta.url));
// util-linux's `script` gives a process a real pseudo-terminal; programs of that name elsewhere take other arguments.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

/**
 * Runs the binary on a pseudo-terminal into which somebody has typed. The answer is its exit code and everything that
 * it drew.
 */
async function onTerminal(line: string, env: Record<string, string>, typed = '', size = 'cols 100 rows 40') {
  const child = spawn('script', ['-qec', `stty ${size}; exec ${process.execPath} ${BINARY} ${line}`, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
  });
  child.stdin.write(typed);
  let drawn = '';
  child.stdout.on('data', (data: Buffer) => (drawn += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));

  return { code, drawn, text: drawn.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '') };
}

onLinux('on a terminal', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
    const hosts = [host('web-1', {}, 1), host('web-2', {}, 2)];
    api.on('GET /v1/hosts', () => json(HostPage, { items: hosts, next: null }));
    api.on('POST /v1/hosts/web-1/containers', () => json(Accepted, { command: command() }, 202));
    api.on('POST /v1/commands', () =>
      json(AcceptedGroup, { group: id('cmd', 9), commands: [command({}, 1), command({}, 2)] }, 202),
    );
    for (const number of [1, 2]) {
      const done = command(
        { state: 'done', outcome: { kind: 'done' }, stages: stages(['accepted', 0], ['interface', 90, 'ztx']) },
        number,
      );
      api.on(`GET /v1/commands/${id('cmd', number)}`, () => json(Command, done));
    }
  });
  afterEach(() => api.close());

  it('colors a table, but not with NO_COLOR', async () => {
    expect((await onTerminal('hosts', api.env)).drawn).toContain('\u001b[32monline');
    const plain = await onTerminal('hosts', { ...api.env, NO_COLOR: '1' });
    expect(plain.code).toBe(0);
    expect(plain.drawn).not.toContain('\u001b');
  });

  it('draws one command with all its stages and its end', async () => {
    const { code, text, drawn } = await onTerminal('launch demo --host web-1 --network lab --wait', api.env);
    expect(code).toBe(0);
    expect(text).toMatch(/✓ interface {3}ztx +0\.09 s/);
    expect(text).toContain('✓ launch demo on web-1 done in');
    expect(drawn).toContain('\u001b[?25l'); // the cursor is hidden while a spinner turns…
    expect(drawn.lastIndexOf('\u001b[?25h')).toBeGreaterThan(drawn.lastIndexOf('\u001b[?25l')); // …and is back at the end
  });

  it('asks before it changes two hosts, and ends with one line for each', async () => {
    const line = 'launch demo -l site=cloud --network lab --wait';
    const yes = await onTerminal(line, api.env, 'y\n');
    expect(yes.code).toBe(0);
    expect(yes.text).toContain('  web-1\n  web-2\nLaunch demo on 2 hosts? [y/N]');
    expect(yes.text.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringContaining('✓ launch demo on web-1 done in'),
      expect.stringContaining('✓ launch demo on web-2 done in'),
      '2 done',
    ]);
    const no = await onTerminal(line, api.env, '\n');
    expect(no.code).toBe(4);
    expect(api.asked('POST /v1/commands')).toHaveLength(1);
  });

  it('draws one line for each of more than five hosts', async () => {
    const numbers = [1, 2, 3, 4, 5, 6];
    api.on('GET /v1/hosts', () =>
      json(HostPage, { items: numbers.map((number) => host(`web-${number}`, {}, number)), next: null }),
    );
    const commands = numbers.map((number) => command({}, number));
    api.on('POST /v1/commands', () => json(AcceptedGroup, { group: id('cmd', 9), commands }, 202));
    for (const number of numbers) {
      const now = stages(['accepted', 0], ['interface', 90, 'ztx']);
      const seen = command({ state: 'delivered', stages: now }, number);
      const done = command({ state: 'done', outcome: { kind: 'done' }, stages: now }, number);
      api.on(`GET /v1/commands/${id('cmd', number)}`, ({ query }) => json(Command, query.seen ? done : seen));
    }
    const line = 'launch demo -l site=cloud --network lab --wait --yes';
    const { code, text, drawn } = await onTerminal(line, api.env, '', 'cols 60 rows 12');
    expect(code).toBe(0);
    expect(drawn).toContain('\u001b[?25l');
    const last = text.trimEnd().split('\n').slice(-7);
    expect(last.slice(0, 6).map((one) => one.replace(/done.*/, '').trim())).toEqual(
      numbers.map((number) => `✓ launch demo on web-${number}`),
    );
    expect(last[6]).toBe('6 done');
  });

  it('prints lines one below the other when there is no room to redraw them', async () => {
    const { code, drawn } = await onTerminal(
      'launch demo -l site=cloud --network lab --wait --yes',
      api.env,
      '',
      'cols 100 rows 5',
    );
    expect(code).toBe(0);
    expect(drawn).not.toContain('\u001b[?25l');
    expect(drawn).toContain('interface   ztx');
  });
});
