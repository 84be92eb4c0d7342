import { describe, expect, it } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { BusErrorFilter } from './bus-error-filter.js';

describe('the filter of message errors', () => {
  it('passes on the original error, so that its cause reaches the log', async () => {
    const error = new Error('ENOSPC: no space left on device');
    await expect(lastValueFrom(new BusErrorFilter().catch(error))).rejects.toBe(error);
  });
});
