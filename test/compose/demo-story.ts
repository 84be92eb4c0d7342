import { beforeAll, expect, it } from '@jest/globals';
import { STORY } from '../../apps/demo/src/story/story.js';
import type { ComposeSystem } from '../support/compose/compose-system.js';

interface StepLine {
  step: string;
  ok: boolean;
  ms: number;
  detail?: string;
  lines?: string[];
  cause?: string;
  fix?: string;
}
interface Demo {
  code: number;
  about: { zerotier: { image: string; standIn: boolean } };
  steps: StepLine[];
  over: { ok: boolean; ms: number } | undefined;
}

/** Runs it as docs/demo.md says, with a JSON object for each step. */
export async function runDemo(system: ComposeSystem, ...words: string[]): Promise<Demo> {
  const ran = await system.compose('run', '--rm', '-T', '--no-deps', 'demo', '-o', 'json', ...words);
  const lines = ran.stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`the demo ended with ${ran.code}:\n${ran.stderr}\n${ran.stdout}`);
  const [about, ...others] = lines.map((line): unknown => JSON.parse(line));
  const steps = others.filter((line): line is StepLine => (line as StepLine).step !== undefined);
  const over = others.find((line) => (line as StepLine).step === undefined) as Demo['over'];
  return { code: ran.code, about: about as Demo['about'], steps, over };
}

/** The demo as tests, one for each of its steps, in a system that is up. */
export function demoTests(system: () => ComposeSystem): void {
  let demo: Demo | undefined;
  beforeAll(async () => {
    demo = await runDemo(system());
  });

  it.each(STORY.map(({ title, name }): [string, string] => [title, name]))('tells: %s', (_title, name) => {
    const told = demo?.steps.find(({ step }) => step === name);
    expect(told).toMatchObject({ step: name, ok: true });
    expect(told?.detail).toBeTruthy();
  });

  it('says first which zerotier-one it runs with, ends well, and takes no longer than three minutes', () => {
    expect(demo?.about.zerotier.image).toMatch(/zerotier/);
    expect(demo).toMatchObject({ code: 0, over: { ok: true } });
    expect(demo?.over?.ms).toBeLessThan(180_000);
  });

  it('tells it again: what the first time left is no hindrance', async () => {
    const words = ['--only', 'clean-up,controller,network,launch'];
    const again = await runDemo(system(), ...words);
    expect(again).toMatchObject({ code: 0, over: { ok: true } });
    expect(again.steps[0]?.detail).toContain('demo-web');
  });

  it('ends with 1, a cause and a fix at the first step that is not so', async () => {
    const removed = await system().orrery('rm', 'onprem-1/demo-web', '--yes', '--wait=30s');
    expect(removed).toMatchObject({ code: 0 });
    const halted = await runDemo(system(), '--only', 'ping,page');
    expect(halted.code).toBe(1);
    expect(halted.steps).toHaveLength(1);
    expect(halted.steps[0]).toMatchObject({
      step: 'ping',
      ok: false,
      cause: expect.stringContaining('onprem-1/demo-web'),
      fix: expect.stringContaining('docker compose'),
    });
  });
}
