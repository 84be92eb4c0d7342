import { describe, jest } from '@jest/globals';
import { LabScene } from '../support/zerotier/contract/lab-scene.js';
import { describeLives } from '../support/zerotier/contract/lives-contract.js';
import { describeLocalApi } from '../support/zerotier/contract/local-api-contract.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';

// The lives take as long as their recordings: five and a half minutes of waiting. They run only on request.
jest.setTimeout(240_000);
const engine = await findLabEngine();

(engine ? describe : describe.skip)('zerotier-one in containers', () => {
  const open = () => {
    if (!engine) throw new Error('there is no engine');
    return LabScene.open(engine);
  };
  describeLocalApi(open);
  if (process.env['ORRERY_CONTRACT_LIVES'] === '1') describeLives(open);
});
