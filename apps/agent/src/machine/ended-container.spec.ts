import { describe, expect, it } from '@jest/globals';
import type { DockerEngine } from '../docker/docker-engine.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { whyEnded } from './ended-container.js';

const STARTED = Date.parse('2026-01-01T12:00:00.000Z');
const IDENTITY = 'identity/address collision';
const NO_TUN = 'ERROR: could not open TUN/TAP device: No such file or directory';

/** Like the real engine, returns only lines that are not older than `since`. Times are milliseconds since the start. */
function engineWith(...lines: [at: number, text: string][]): DockerEngine {
  const logs = (_id: string, _tail: number, { since = '' }: { since?: string }) =>
    Promise.resolve(
      lines
        .filter(([at]) => STARTED + at >= Date.parse(since))
        .map(([, text]) => `${text}\n`)
        .join(''),
    );
  return { containers: { logs } } as unknown as DockerEngine;
}

const State = { Status: 'exited', StartedAt: new Date(STARTED).toISOString(), ExitCode: 1, OOMKilled: false };
const why = (...lines: [at: number, text: string][]) =>
  whyEnded(engineWith(...lines), { Id: 'c', State } as InspectedContainer, new AbortController().signal);

describe('why a container ended', () => {
  it('is found in the log since its start', async () => {
    expect(await why([20, IDENTITY])).toMatchObject({ code: 'identity-lost' });
  });

  it('is found when the engine noted the start after the last line', async () => {
    expect(await why([-400, IDENTITY])).toMatchObject({ code: 'identity-lost' });
  });

  it('is not taken from an earlier run', async () => {
    expect(await why([-60_000, NO_TUN], [20, 'goodbye'])).toMatchObject({ code: 'container-died' });
    expect(await why([-400, NO_TUN], [20, IDENTITY])).toMatchObject({ code: 'identity-lost' });
  });

  it('is its exit code and last line when the log shows no known cause', async () => {
    expect((await why([20, 'goodbye'])).message).toContain('(exit code 1): goodbye');
    expect((await why()).message).toContain('(exit code 1)');
  });
});
