import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createLogger } from '@orrery/shared/runtime';
import { launch } from '../../../../test/support/agent/items.js';
import { observed } from '../../../../test/support/agent/observed.js';
import { facts } from '../../../../test/support/agent/steps.js';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { NO_ITEMS } from '../desired/desired-items.js';
import { Journal } from '../journal/journal.js';
import { Reporter, type Look } from './reporter.js';

it('tells each stage once and loses none, also one that is reached while the journal is being written', async () => {
  const logger = createLogger('test', 'silent');
  const journal = new Journal({ folder: join(await temporaryFolder('report'), 'journal'), logger, capBytes: 1e9 });
  await journal.open();
  const reporter = new Reporter(journal, { type: 'host.started', data: { agentVersion: '0', simulated: true } });
  const { items, container } = launch();
  const look: Look = {
    ...{ observed: observed(), desired: { ...NO_ITEMS, items }, now: 0 },
    context: { items, observed: observed(), facts: facts(), lastError: () => undefined, isChanging: () => true },
    trouble: { tries: () => 0, clockSkewMs: undefined, cloned: false },
  };
  reporter.progress(container.id, 'identity', 'address 3a7f1b22c0');
  const writing = reporter.report(look);
  reporter.progress(container.id, 'created', 'container demo');
  await writing;
  await reporter.report(look);
  const { ordinal } = journal.epochs.at(-1) ?? { ordinal: 0 };
  const told = (await journal.read(ordinal, 1)).flatMap((event) =>
    event.type === 'item.progress' ? [event.data.stage] : [],
  );
  await journal.close();
  expect(told).toEqual(['identity', 'created']);
});
