import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EngineInfo } from '@orrery/shared/contracts';
import type { CallOptions } from '../docker/engine-connection.js';
import { EngineVersion } from './observer.js';

const INFO: EngineInfo = { version: '26.1.5', apiVersion: '1.45', os: 'linux', architecture: 'amd64' };
const options = { ms: 4_000, signal: new AbortController().signal };
const yes = Promise.resolve(true);
const no = Promise.resolve(false);

describe('the version of the engine', () => {
  let asked: (number | undefined)[];
  let answer: () => Promise<EngineInfo>;
  let version: EngineVersion;
  const look = (listed: Promise<boolean>) => version.look(listed, options);

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    asked = [];
    answer = () => Promise.resolve(INFO);
    version = new EngineVersion({
      info: ({ ms }: CallOptions = {}) => {
        asked.push(ms);
        return answer();
      },
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is requested once a minute while the engine lists its containers', async () => {
    for (const _look of [1, 2, 3]) expect(await look(yes)).toEqual({ known: true, value: INFO });
    expect(asked).toEqual([4_000]);
    jest.advanceTimersByTime(61_000);
    answer = () => Promise.resolve({ ...INFO, version: '27.0' });
    expect(await look(yes)).toMatchObject({ value: { version: '27.0' } });
    expect(asked).toHaveLength(2);
  });

  it('is requested, for a second at most, after the engine failed to list containers, and at every look until it answers', async () => {
    await look(yes);
    answer = () => Promise.reject(new Error('connect ENOENT'));
    expect(await look(no)).toMatchObject({ known: false, cause: 'connect ENOENT' });
    await look(no);
    expect(asked).toEqual([4_000, 1_000, 4_000]);
    answer = () => Promise.resolve(INFO);
    expect(await look(yes)).toEqual({ known: true, value: INFO });
    expect(asked).toHaveLength(4);
  });

  it('does not wait for the containers while nothing is known of the engine', async () => {
    expect(await look(new Promise(() => {}))).toEqual({ known: true, value: INFO });
  });
});
