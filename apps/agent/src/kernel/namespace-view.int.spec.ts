import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildOnce, ROOT } from '../../../../test/support/system/build.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FollowedNamespace } from './followed-namespace.js';
import { IP_BATCH, parseIpBatch } from './ip-json.js';
import { NamespaceView } from './namespace-view.js';

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/cmdline`) && !/\) Z /.test(statOf(pid));
const statOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ') Z ';
  }
};
const ignore = () => undefined;

describe('a view of a network namespace', () => {
  const open: { close(): void }[] = [];
  afterEach(() => open.splice(0).forEach((view) => view.close()));
  const viewOf = (enter: string[] = []) => {
    const view = new NamespaceView(enter, () => 'hint', ignore);
    open.push(view);
    return view;
  };

  it('answers batches in the order in which they were asked', async () => {
    const view = viewOf();
    const [all, way] = await Promise.all([view.ask(IP_BATCH), view.ask('route get 127.0.0.1\n')]);
    expect(Array.isArray(parseIpBatch(all))).toBe(true);
    expect(JSON.parse(way)).toMatchObject([{ dst: '127.0.0.1', dev: 'lo' }]);
    await expect(view.ask('route get nowhere\n')).rejects.toThrow('ip ended with');
    expect(await view.ask(IP_BATCH)).toEqual(expect.stringContaining('"lo"'));
  });

  it('is closed and rejects every request when its shell has ended or could not start', async () => {
    const before = childrenOf(process.pid);
    const view = viewOf();
    await view.ask(IP_BATCH);
    const [shell = 0] = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    process.kill(shell, 'SIGKILL');
    await eventually(() => !view.isOpen, { what: 'the view noticing' });
    await expect(view.ask(IP_BATCH)).rejects.toThrow('has ended');
    const absent = viewOf(['/no/such/program']);
    await eventually(() => !absent.isOpen, { what: 'the view noticing' });
    const namespace = new FollowedNamespace(['/no/such/program'], () => 'hint', ignore);
    expect(await namespace.ask(IP_BATCH, parseIpBatch)).toBeUndefined();
  });

  it('leaves no process behind when it is closed or its agent is killed', async () => {
    await buildOnce();
    const view = new URL('apps/agent/dist/kernel/namespace-view.js', `file://${ROOT}/`).href;
    const program = `const { NamespaceView } = await import(${JSON.stringify(view)});
      const view = new NamespaceView([], () => 'hint', () => undefined);
      await view.ask('address show\\n');
      console.log('asked');
      process.stdin.once('data', () => view.close());
      setInterval(() => undefined, 1000);`;
    for (const end of ['closed', 'killed'] as const) {
      const agent = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => agent.stdout.once('data', resolve));
      const [shell = 0] = childrenOf(agent.pid ?? 0);
      const left = [shell, ...childrenOf(shell)];
      expect([left.length, left.every(isAlive)]).toEqual([2, true]);
      if (end === 'closed') agent.stdin.write('close\n');
      else agent.kill('SIGKILL');
      await eventually(() => !left.some(isAlive), { what: `no process, after it was ${end}` });
      agent.kill('SIGKILL');
    }
  });
});
