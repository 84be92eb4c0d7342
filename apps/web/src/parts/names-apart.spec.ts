import { describe, expect, it } from '@jest/globals';
import { apart } from './names-apart.js';

describe('names in a text', () => {
  it.each([
    ['web-1/demo waits', ['', 'web-1/demo', ' waits']],
    ['orrery rm web-1/old --wait', ['orrery rm ', 'web-1/old', ' ', '--wait', '']],
    ['the agent of cloud-1, which', ['the agent of ', 'cloud-1,', ' which']],
    ['nothing to keep', ['nothing to keep']],
    ['it – or not', ['it – or not']],
  ])('are set apart: %s', (text, parts) => {
    expect(apart(text)).toEqual(parts);
    expect(apart(text).join('')).toBe(text);
  });

  it('break if they are so long that they would be wider than a phone', () => {
    expect(apart(`a ${'x-'.repeat(20)} b`)).toHaveLength(1);
  });
});
