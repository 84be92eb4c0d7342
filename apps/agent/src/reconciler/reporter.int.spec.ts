import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@orrery/shared/runtime';
import { launch } from '../../../../test/support/agent/items.js';
import { observed } from '../../../../test/support/agent/observed.js';
import { facts } from '../../../../test/support/agent/steps.js';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { NO_ITEMS } from '../desired/desired-items.js';
import { Journal } from '../journal/journal.js';
import { Reporter, type Look } from './reporter.js';

describe('the stages that steps have reached', () => {
  const { items, container } = launch();
  const look: Look = {
    ...{ observed: observed(), desired: { ...NO_ITEMS, items }, now: 0 },
    context: { items, observed: observed(), facts: facts(), lastError: () => undefined, isChanging: () => true },
    trouble: { tries: () => 0, clockSkewMs: undefined, cloned: false },
  };
  let journal: Journal;
  let reporter: Reporter;
  const told = async () =>
    (await journal.read(journal.epochs.at(-1)?.ordinal ?? 0, 1)).flatMap((event) =>
      event.type === 'item.progress' ? [event.data.stage] : [],
    );

  beforeEach(async () => {
    const logger = createLogger('test', 'silent');
    journal = new Journal({ folder: join(await temporaryFolder('report'), 'journal'), logger, capBytes: 1e9 });
    await journal.open();
    reporter = new Reporter(journal, { type: 'host.started', data: { agentVersion: '0', simulated: true } });
  });
  afterEach(() => journal.close());

  it('are reported once, and not lost when they are reached while the journal is being written', async () => {
    reporter.progress(container.id, 'identity', 'address 3a7f1b22c0');
    const writing = reporter.report(look);
    reporter.progress(container.id, 'created', 'container demo');
    await writing;
    expect(await told()).toEqual(['identity']);
    await reporter.report(look);
    await reporter.report(look);
    expect(await told()).toEqual(['identity', 'created']);
  });

  it('are reported without a look, but not before the first', async () => {
    reporter.progress(container.id, 'identity', 'address 3a7f1b22c0');
    await reporter.tellProgress(items);
    expect(await told()).toEqual([]);
    await reporter.report(look);
    reporter.progress(container.id, 'created', 'container demo');
    await Promise.all([reporter.tellProgress(items), reporter.tellProgress(items), reporter.report(look)]);
    expect(await told()).toEqual(['identity', 'created']);
    reporter.progress(container.id, 'created', 'container demo');
    await reporter.tellProgress(items);
    expect(await told()).toHaveLength(2);
  });
});
