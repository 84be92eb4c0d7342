import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Looks } from './looks.js';

describe('looks', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const setup = (takes = 10) => {
    const seen: string[] = [];
    const page = { hidden: false };
    const answers = {
      paths: () => ['/v1/topology', '/v1/hosts', '/v1/hosts/{host}', '/v1/me'],
      look: (path: string) => {
        seen.push(path);
        return new Promise((resolve) => setTimeout(resolve, takes));
      },
    };
    const looks = new Looks(answers, () => page.hidden, Date.now);
    const count = (path: string) => seen.filter((one) => one === path).length;
    return { seen, page, looks, count };
  };

  /** An event every 2 ms. */
  const storm = async (looks: Looks, ms: number, touched = ['/v1/topology']) => {
    for (let at = 0; at < ms; at += 2) {
      looks.want(touched);
      await jest.advanceTimersByTimeAsync(2);
    }
  };

  it('are at most one a second of each path, however many events there are', async () => {
    const { looks, seen, count } = setup();
    await storm(looks, 10_000, ['/v1/topology', '/v1/hosts']);
    for (const path of ['/v1/topology', '/v1/hosts', '/v1/hosts/{host}']) {
      expect(count(path)).toBeGreaterThanOrEqual(8);
      expect(count(path)).toBeLessThanOrEqual(10);
    }
    expect(seen).not.toContain('/v1/me');
  });

  it('are one after the last event, and none after that', async () => {
    const { looks, count } = setup();
    await storm(looks, 1500);
    const before = count('/v1/topology');
    looks.want(['/v1/topology']);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(count('/v1/topology') - before).toBe(1);
  });

  it('are fewer when the answer takes long', async () => {
    const { looks, count } = setup(1000);
    await storm(looks, 12_000);
    expect(count('/v1/topology')).toBeLessThanOrEqual(4);
  });

  it('are none while nobody sees the page, and one when somebody does', async () => {
    const { looks, page, count } = setup();
    page.hidden = true;
    await storm(looks, 5000);
    await jest.advanceTimersByTimeAsync(1000);
    expect(count('/v1/topology')).toBe(0);
    page.hidden = false;
    looks.resume();
    await jest.advanceTimersByTimeAsync(5000);
    expect(count('/v1/topology')).toBe(1);
  });
});
