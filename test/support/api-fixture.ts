import { afterAll, beforeAll } from '@jest/globals';
import type { JoinRequest } from '@orrery/shared/contracts';
import { startApi, type ApiBench, type RunningApi } from './api.js';
import { joinHost, ListeningAgent } from './joined-host.js';
import { later } from './later.js';

interface Closing {
  close(): unknown;
}

export interface ApiFixture {
  bench: ApiBench;
  api: RunningApi;
  /** A host that has joined and whose agent listens, until the end of the file. */
  listening(name: string, more?: Partial<JoinRequest>): Promise<ListeningAgent>;
  /** Closed at the end of the file, before the API, the newest first. */
  closing<T extends Closing>(thing: T): T;
}

/**
 * One API with a database and a NATS of its own for all tests of a file (or of a `describe`), started before the first and closed after the
 * last. Call it before `beforeAll`s that use it. `bench` and `api` stand for what is there only once tests run.
 */
export function apiFixture(settings: Record<string, string> = {}): ApiFixture {
  let started: ApiBench | undefined;
  const closings: Closing[] = [];
  const closing = <T extends Closing>(thing: T): T => {
    closings.push(thing);
    return thing;
  };
  beforeAll(async () => void (started = await startApi(settings)), 180_000);
  afterAll(async () => {
    for (const one of closings.reverse()) await one.close();
    await started?.close();
  });
  const api = later(() => started?.api);
  const listening = async (name: string, more: Partial<JoinRequest> = {}) =>
    closing(await ListeningAgent.connect(await joinHost(api, name, more)));
  return { bench: later(() => started), api, listening, closing };
}
