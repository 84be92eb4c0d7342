import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { epochsToSend, type JournaledEpoch } from './epochs-to-send.js';

const ids = [1, 2, 3, 4].map(() => newId('epo'));
const epoch = (ordinal: number, head: number, cursor: number, first = 1): JournaledEpoch => ({
  ...{ epoch: ids[ordinal - 1] as JournaledEpoch['epoch'], ordinal, head, cursor, first },
});
const open = (ordinal: number, cursor: number) => ({ epoch: ids[ordinal - 1] as JournaledEpoch['epoch'], cursor });

describe('epochsToSend', () => {
  it('sends the current epoch from where the API is', () => {
    expect(epochsToSend([epoch(1, 9, 5)], { cursor: 7, openEpochs: [] })).toEqual([{ ordinal: 1, cursor: 7 }]);
  });

  it('sends what the API lacks of older epochs first, in order', () => {
    const journal = [epoch(1, 9, 5), epoch(2, 4, 0), epoch(3, 2, 0)];
    expect(epochsToSend(journal, { cursor: 0, openEpochs: [open(1, 6)] })).toEqual([
      { ordinal: 1, cursor: 6 },
      { ordinal: 2, cursor: 0 },
      { ordinal: 3, cursor: 0 },
    ]);
  });

  it('skips older epochs when they are confirmed', () => {
    const journal = [epoch(1, 9, 9), epoch(2, 4, 4), epoch(3, 2, 0)];
    expect(epochsToSend(journal, { cursor: 0, openEpochs: [open(2, 4)] })).toEqual([{ ordinal: 3, cursor: 0 }]);
  });

  it('confirms an older epoch that the API stored to its end without the agent hearing of it', () => {
    const journal = [epoch(1, 9, 5), epoch(2, 2, 0)];
    expect(epochsToSend(journal, { cursor: 0, openEpochs: [open(1, 9)] })).toEqual([
      { ordinal: 1, cursor: 9 },
      { ordinal: 2, cursor: 0 },
    ]);
  });

  it('resends everything that a restored database does not have', () => {
    const journal = [epoch(1, 9, 9), epoch(2, 8, 8), epoch(3, 7, 7, 3), epoch(4, 6, 6)];
    expect(epochsToSend(journal, { cursor: 0, openEpochs: [open(2, 5)] })).toEqual([
      { ordinal: 2, cursor: 5 },
      { ordinal: 3, cursor: 2 },
      { ordinal: 4, cursor: 0 },
    ]);
  });

  it('rewinds only the current epoch when the backup is younger than its beginning', () => {
    const journal = [epoch(1, 9, 9), epoch(2, 8, 8)];
    expect(epochsToSend(journal, { cursor: 3, openEpochs: [open(1, 9)] })).toEqual([{ ordinal: 2, cursor: 3 }]);
  });
});
