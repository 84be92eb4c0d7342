import { describe, expect, it } from '@jest/globals';
import { notSo } from './not-so.js';
import { runStory, type StepEnd } from './run-story.js';
import type { Scene } from './scene.js';
import type { Step } from './step.js';
import { jsonTeller, textTeller } from './teller.js';

const step = (name: string, run: Step['run'] = async () => ({ detail: `detail of ${name}` })): Step => ({
  name,
  title: `title of ${name}`,
  run,
});
const broken = step('broken', async () => {
  throw notSo('something is wrong', 'fix it');
});

async function told(steps: Step[], teller: typeof jsonTeller) {
  const lines: string[] = [];
  const ends: StepEnd[] = [];
  const { ended } = teller((line) => lines.push(line));
  const isSo = await runStory(steps, {} as Scene, (end) => {
    ends.push({ ...end, ms: 1234 });
    ended({ ...end, ms: 1234 });
  });
  return { isSo, lines, ran: ends.map(({ step: { name } }) => name) };
}

describe('the story', () => {
  it('passes when every step passes', async () => {
    expect(await told([step('one'), step('two')], jsonTeller)).toMatchObject({ isSo: true, ran: ['one', 'two'] });
  });

  it('ends at the first step that fails, with its cause and fix', async () => {
    const { isSo, ran, lines } = await told([step('one'), broken, step('three')], jsonTeller);
    expect([isSo, ran]).toEqual([false, ['one', 'broken']]);
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      step: 'broken',
      title: 'title of broken',
      ok: false,
      ms: 1234,
      cause: 'something is wrong',
      fix: 'fix it',
    });
  });

  it('has a fix even for an unexpected error', async () => {
    const odd = step('odd', async () => {
      throw new Error('an error of somebody else');
    });
    const { lines } = await told([odd], jsonTeller);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      cause: 'an error of somebody else',
      fix: expect.stringContaining('docker compose logs'),
    });
  });

  it('is printed for people as one line per step with its time, and more lines below if there are any', async () => {
    const long = step('long', async () => ({ detail: 'two things', lines: ['one', 'other'] }));
    const { lines } = await told([long, broken], (write) => textTeller(write, 16));
    expect(lines).toEqual([
      '✓ title of long      1.2 s  two things',
      '    one',
      '    other',
      '✗ title of broken    1.2 s',
      '  cause  something is wrong',
      '  fix    fix it',
    ]);
  });
});
