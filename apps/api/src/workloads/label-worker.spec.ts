import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HostId } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import type { Hearing, Notifications } from '../database/notifications.js';
import { LabelWorker } from './label-worker.js';
import type { LabelsService } from './labels.service.js';

describe('LabelWorker', () => {
  const looks: (readonly HostId[] | null)[] = [];
  let hearing: Hearing | undefined;
  let dueIn: number;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(async () => {
    looks.length = 0;
    dueIn = Infinity;
    stop = new AbortController();
    const labels: Pick<LabelsService, 'settle'> = {
      settle: (hosts) => {
        looks.push(hosts);
        return Promise.resolve(dueIn);
      },
    };
    const notifications: Pick<Notifications, 'on' | 'lookAfterMs'> = {
      lookAfterMs: 60_000,
      on: (_channel, heard) => {
        hearing = heard;
        return () => undefined;
      },
    };
    const worker = new LabelWorker(
      labels as LabelsService,
      notifications as Notifications,
      createLogger('api', 'silent'),
    );
    running = worker.run(stop.signal);
    await eventually(() => looks.length === 1, { what: 'the first look' });
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  it('looks at everything at its start, and at a host when something about it was heard', async () => {
    const [one, other] = [newId('hst'), newId('hst')];
    hearing?.heard(one);
    hearing?.heard(other);
    hearing?.heard(one);
    await eventually(() => looks.length === 2, { what: 'another look' });
    expect(looks).toEqual([null, [one, other]]);
  });

  it.each([
    ['a network changed', () => hearing?.heard('')],
    ['it listens again, because hints can be lost', () => hearing?.listening?.()],
  ])('looks at everything when %s', async (_what, happens) => {
    happens();
    await eventually(() => looks.length === 2, { what: 'another look' });
    expect(looks).toEqual([null, null]);
  });

  it('looks at everything when a grace ends, also while hosts report', async () => {
    dueIn = 300;
    hearing?.heard(newId('hst'));
    await eventually(() => looks.length >= 2, { what: 'the look at the host' });
    dueIn = Infinity;
    await eventually(() => looks.at(-1) === null && looks.length > 1, { what: 'a whole look' });
  });

  it('does not look at one host on every hint when there is no end of them', async () => {
    const [noisy, calm] = [newId('hst'), newId('hst')];
    for (let hint = 0; hint < 1000; hint++) hearing?.heard(noisy);
    await eventually(() => looks.length === 2, { what: 'the look at it' });
    for (let hint = 0; hint < 1000; hint++) hearing?.heard(noisy);
    hearing?.heard(calm);
    await eventually(() => looks.length === 3, { what: 'the look at the other' });
    expect(looks[2]).toEqual([calm]);
  });
});
