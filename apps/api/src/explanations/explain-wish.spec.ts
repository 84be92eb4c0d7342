import { describe, expect, it } from '@jest/globals';
import type { Command } from '@orrery/shared/contracts';
import { explainCommand } from './explain-wish.js';

const command = (more: Partial<Command>) =>
  ({
    ...{ action: 'launch', state: 'done', by: 'anna', outcome: null, stages: [], target: 'demo on web-1' },
    ...{ createdAt: '2026-01-31T12:00:00Z', deliveredAt: null, endedAt: '2026-01-31T12:00:05Z', ...more },
  }) as unknown as Command;

describe('the explanation of a command', () => {
  it.each<[string, Partial<Command>]>([
    ['The launch of demo on web-1, which anna asked for, is done', {}],
    [
      'The removal of the router onprem-1/plant-router in plant, which anna asked for, is done',
      { action: 'unroute', target: 'onprem-1/plant-router in plant' },
    ],
  ])('begins: %s', (headline, more) => {
    const evidence = { command: command(more), host: undefined, givenNames: new Map<string, string>() };
    expect(explainCommand(evidence as unknown as Parameters<typeof explainCommand>[0], []).headline).toBe(headline);
  });
});
