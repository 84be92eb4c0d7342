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

/** The demo as tests, one for each of its steps, in a running system. */
export function demoTests(system: () => ComposeSystem): void {
  let demo: Demo | undefined;
  beforeAll(async () => {
    demo = await runDemo(system());
  });

  it.each(STORY.map(({ title, name }): [string, string] => [title, name]))('reports: %s', (_title, name) => {
    const told = demo?.steps.find(({ step }) => step === name);
    expect(told?.cause).toBeUndefined();
    expect(told).toMatchObject({ step: name, ok: true });
    expect(told?.detail).toBeTruthy();
  });

  it('names its zerotier-one first, succeeds, and takes at most three minutes', () => {
    expect(demo?.about.zerotier.image).toMatch(/zerotier/);
    expect(demo).toMatchObject({ code: 0, over: { ok: true } });
    expect(demo?.over?.ms).toBeLessThan(180_000);
  });

  it('runs again when the first run left its containers and networks', async () => {
    const words = ['--only', 'clean-up,controller,network,launch'];
    const again = await runDemo(system(), ...words);
    expect(again).toMatchObject({ code: 0, over: { ok: true } });
    expect(again.steps[0]?.detail).toContain('demo-web');
  });

  it('ends with 1, a cause and a fix at the first step that fails', async () => {
    // The network is still there, because the clean-up step did not run.
    const halted = await runDemo(system(), '--only', 'network,ping');
    expect(halted.code).toBe(1);
    expect(halted.steps).toHaveLength(1);
    expect(halted.steps[0]).toMatchObject({
      step: 'network',
      ok: false,
      cause: expect.stringContaining('refused with 409'),
      fix: expect.stringMatching(/./),
    });
  });
}
