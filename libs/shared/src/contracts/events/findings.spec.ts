import { describe, expect, it } from '@jest/globals';
import { AgentFindingData, FindingData } from './findings.js';

const finding = (code: string) => ({ code, severity: 'warning', cause: 'it is so', fix: 'Change it.' });

describe('a finding of an agent', () => {
  it.each([
    'connections-excess',
    'pool-exhausted',
    'multicast-limit',
    'controller-moved',
    'address-claimed',
    'upkeep-failed',
  ])('is refused when only the API can diagnose it: %s', (code) => {
    expect(AgentFindingData.safeParse(finding(code)).success).toBe(false);
    expect(FindingData.safeParse(finding(code)).success).toBe(true);
  });

  it('is accepted when the agent can diagnose it', () => {
    expect(AgentFindingData.safeParse(finding('clock-skew')).success).toBe(true);
  });
});
