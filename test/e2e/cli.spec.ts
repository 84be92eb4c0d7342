import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Command, Container, Membership } from '@orrery/shared/contracts';
import { startCli } from '../cli/support/cli-process.js';
import { eventually } from '../support/eventually.js';
import { stillWaiting } from '../support/system/still-waiting.js';
import { PRIVATE, PUBLIC, System } from '../support/system/system.js';

// Dozens of processes, on a machine that can be busy.
jest.setTimeout(180_000);

describe('orrery against the real API, with two simulated hosts', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ hosts: ['web-1', 'web-2'], agent: () => ({ ORRERY_HOST_LABELS: 'site=cloud' }) });
  });
  afterAll(() => system.close());

  const start = (line: string) =>
    startCli(line.split(' '), { ORRERY_URL: system.api.url, ORRERY_HOME: system.api.home });
  const orrery = (line: string) => start(line).ended;
  const json = async <T>(line: string) => JSON.parse((await orrery(`${line} -o json`)).out) as T;
  const authorize = async (host: string, network: string) => {
    const folder = join(system.host(host).home, 'authorized');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, network), '');
  };

  it('launches, shows each stage, and finds the interface with its address everywhere', async () => {
    const { code, out } = await orrery(`launch demo --host web-1 --network ${PUBLIC} --wait`);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('done in') });
    for (const stage of ['accepted', 'created', 'started', 'joined', 'interface', 'address'])
      expect(out).toContain(`✓ ${stage}`);
    const [container] = await json<Container[]>('container ls');
    expect(container).toMatchObject({
      name: 'demo',
      simulated: true,
      status: { state: 'running' },
      networks: [PUBLIC],
    });
    const membership = await json<Membership>(`membership get web-1/demo ${PUBLIC}`);
    expect(membership).toMatchObject({ status: 'OK', interfaceUp: true });
    expect((await orrery(`interface get web-1/demo ${membership.device}`)).out).toContain(membership.addresses[0]);
    expect((await orrery('events --container web-1/demo -o wide')).out).toContain('address.assigned');
    expect((await orrery('container logs web-1/demo')).code).toBe(0);
  });

  it('waits at authorization with exit 3, and is done when somebody authorizes', async () => {
    const run = (...words: string[]) => orrery(words.join(' '));
    const first = await stillWaiting(run, 'waiting (authorization)', 'join', 'web-1', PRIVATE);
    expect(first.code).toBe(3);
    expect(first.out).toContain('waiting (authorization)');
    expect(first.out).toContain(`Authorize `);
    const [waiting] = await json<Command[]>('command ls --state waiting');
    expect((await orrery('status')).out).toContain(`orrery explain web-1 ${PRIVATE}`);
    const second = start(`command wait ${waiting?.id} --wait=60s`);
    await authorize('web-1', PRIVATE);
    expect(await second.ended).toMatchObject({ code: 0, out: expect.stringContaining('✓ authorized') });
    expect((await orrery(`leave web-1 ${PRIVATE} --yes --wait`)).code).toBe(0);
  });

  it('does what it is told on every matching host, and nothing that was not requested', async () => {
    expect((await orrery(`launch edge -l site=cloud --network ${PUBLIC}`)).code).toBe(4);
    expect((await orrery(`launch edge -l site=cloud --network ${PUBLIC} --dry-run`)).out).toContain('create-container');
    expect(await json<Container[]>('containers --host web-2')).toEqual([]);
    const { code, out } = await orrery(`launch edge -l site=cloud --network ${PUBLIC} --yes --wait`);
    expect({ code, last: out.trim().split('\n').at(-1) }).toEqual({ code: 0, last: '2 done' });
    expect((await orrery('restart web-2/edge --wait')).code).toBe(0);
    expect((await orrery('container set web-2/edge --memory 64 --wait')).code).toBe(0);
    expect((await json<Container>('container get web-2/edge')).limits).toEqual({ memoryMb: 64, pids: 128 });
    expect((await orrery('rm -l site=cloud edge --yes --wait')).code).toBe(0);
    expect((await orrery('container get web-2/edge')).code).toBe(2);
  });

  it('refuses a different spec under the same name, and shows the difference', async () => {
    const { code, err } = await orrery(`launch demo --host web-1 --network ${PUBLIC} --memory 64`);
    expect(code).toBe(4);
    expect(err).toContain('(container-differs)');
    expect(err).toMatch(/memory.*is 256, asked 64/);
  });

  it('names networks, labels hosts, and finds both by that', async () => {
    expect((await orrery(`network set ${PUBLIC} --name lab`)).code).toBe(0);
    expect((await orrery('memberships --network lab -o name')).out).toContain(`web-1/demo ${PUBLIC}`);
    expect((await orrery('host set web-2 --label tier=db')).code).toBe(0);
    expect((await orrery('hosts -l tier=db -o name')).out).toBe('web-2\n');
    expect((await orrery('host set web-2 --unlabel tier')).code).toBe(0);
    expect((await orrery('hosts -l tier=db -o name')).out).toBe('');
  });

  it('exits 2 for what does not exist, with what to type instead', async () => {
    const lines = [
      'host get x',
      'node get x',
      'container get web-1/x',
      'network get x',
      `command get cmd_${'a'.repeat(20)}`,
    ];
    for (const ran of await Promise.all(lines.map(orrery)))
      expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('fix') });
  });

  it('follows events without a gap and waits for a command through a kill -9 of the API', async () => {
    const follow = start('events -f -o name');
    let changes = 0; // each makes an event, until the stream is there to show one
    const isFollowing = async () =>
      (await orrery(`host set web-1 --label seen=${changes++}`)).code === 0 && follow.seen();
    await eventually(isFollowing, { within: 30_000, what: 'the stream' });
    const launch = start(`launch survivor --host web-1 --network ${PUBLIC} --wait=60s`);
    await eventually(() => launch.seen().includes('created'), { within: 30_000 });
    await system.api.process.kill();
    await system.api.start();
    expect((await launch.ended).code).toBe(0);
    const last = (await orrery('events --limit 1 -o name')).out.trim();
    await eventually(() => follow.seen().includes(last), { within: 30_000 });
    follow.child.kill('SIGINT');
    const followed = (await follow.ended).out.trim().split('\n');
    const kept = (await orrery('events --limit 500 -o name')).out.trim().split('\n');
    expect(followed).toEqual(kept.slice(kept.indexOf(followed[0] ?? '')).slice(0, followed.length));
    expect(followed).toContain(last);
  });
});
