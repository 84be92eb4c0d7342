import { describe, expect, it } from '@jest/globals';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readyText } from '../../scripts/start/ready.mjs';
import { readSettings } from '../../scripts/start/settings.mjs';

const start = { hosts: [], remarks: [], missing: [], took: '2.0 s' };
const host = (env: Record<string, string>, simulated = false) => ({
  name: 'web-1',
  simulated,
  labels: '',
  home: '/h',
  env,
});
const next = (text: string) => text.split('Next:\n')[1]?.split('\n\n')[0];

describe('The last lines of npm start', () => {
  const usual = readSettings([], {});

  it('are the next two commands, suited to the first host', () => {
    const after = (...hosts: ReturnType<typeof host>[]) => next(readyText(usual, { ...start, hosts }));
    expect(after(host({ DOCKER_HOST: 'unix:///d.sock' }))).toBe(
      '  npx orrery network create lab\n  npx orrery launch hello --host web-1 --network lab --wait',
    );
    expect(after(host({}, true))).toContain('launch hello --host web-1');
    expect(after(host({}))).toBe('  npx orrery status\n  npx orrery join web-1 8056c2e21c000001 --wait');
    const removed = { ...start, hosts: [host({}, true), { ...host({}, true), name: 'web-2' }], missing: ['web-1'] };
    expect(next(readyText(usual, removed))).toContain('launch hello --host web-2');
    expect(after()).toBe('  npx orrery status\n  npx orrery host ls');
  });

  it('continue with the network that an earlier start has left', () => {
    const after = (one: ReturnType<typeof host>) => next(readyText(usual, { ...start, hosts: [one], network: 'shop' }));
    expect(after(host({}, true))).toBe(
      '  npx orrery status\n  npx orrery launch hello --host web-1 --network shop --wait',
    );
    expect(after(host({}))).toBe('  npx orrery status\n  npx orrery join web-1 shop --wait');
  });

  it('show the settings that the commands need, if they are not the default', () => {
    const elsewhere = readSettings([], { ORRERY_HOME: '/elsewhere', ORRERY_PORT: '7071' });
    expect(next(readyText(elsewhere, start))).toContain('export ORRERY_HOME=/elsewhere ORRERY_PORT=7071');
    expect(next(readyText(usual, start))).not.toContain('export');
  });

  it('show the URL, the state folder, what is missing, and who has not reported', () => {
    const text = readyText(usual, { ...start, remarks: ['No engine.'], missing: ['cloud-2'] });
    expect(text).toContain('http://127.0.0.1:7070');
    expect(text).toContain(join(homedir(), '.orrery'));
    expect(text).toContain('No engine.');
    expect(text).toContain('cloud-2 has not reported yet');
    expect(text).toContain('orrery host rm');
  });
});
