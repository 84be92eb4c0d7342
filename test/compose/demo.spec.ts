import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { ComposeSystem, hasCompose } from '../support/compose/compose-system.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';
import { demoTests } from './demo-story.js';

// The first run builds every image.
jest.setTimeout(600_000);

const engine = (await hasCompose()) ? await findLabEngine() : undefined;

(engine ? describe : describe.skip)('docker compose run --rm demo', () => {
  let system: ComposeSystem;

  beforeAll(async () => {
    if (!engine) return;
    system = await ComposeSystem.create(engine.image);
    await system.must('--profile', 'demo', 'build');
    await system.must('up', '--detach', '--wait', '--wait-timeout', '400');
  });

  afterAll(() => system?.down());

  demoTests(() => system);
});
