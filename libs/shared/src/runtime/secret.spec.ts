import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { Secret } from './secret.js';

describe('a secret', () => {
  const secret = new Secret('canary');

  it('is never printed, whatever prints it', () => {
    const lines: string[] = [];
    pino({}, { write: (line: string) => void lines.push(line) }).info({ secret, nested: [{ secret }] }, String(secret));
    const printed = [
      `a ${String(secret)}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ secret }, { showHidden: true }),
      ...lines,
    ];
    expect(printed.join('\n')).not.toContain('canary');
    expect(printed.every((text) => text.includes('[redacted]'))).toBe(true);
  });

  it('has no field that shows it', () => {
    expect(Object.getOwnPropertyNames(secret)).toEqual([]);
    expect(JSON.stringify({ ...secret })).toBe('{}');
  });

  it('returns its value only through reveal', () => {
    expect(secret.reveal()).toBe('canary');
  });
});
