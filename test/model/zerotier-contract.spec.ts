import { describe } from '@jest/globals';
import { describeLives } from '../support/zerotier/contract/lives-contract.js';
import { describeLocalApi } from '../support/zerotier/contract/local-api-contract.js';
import { MemoryScene } from '../support/zerotier/contract/memory-scene.js';

describe('the model of zerotier-one in memory', () => {
  const open = () => Promise.resolve(new MemoryScene());
  describeLocalApi(open);
  describeLives(open);
});
