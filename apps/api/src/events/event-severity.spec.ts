import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from '@orrery/shared/contracts';
import { ERROR_TYPES, WARNING_TYPES } from './event-severity.js';

describe('the severity of events', () => {
  it('is of types that exist, each once', () => {
    const named = [...ERROR_TYPES, ...WARNING_TYPES];
    expect(named.filter((type) => !EVENT_TYPES.includes(type))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });
});
