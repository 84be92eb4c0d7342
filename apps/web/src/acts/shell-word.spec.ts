import { describe, expect, it } from '@jest/globals';
import { lineOf } from './shell-word.js';

describe('a line for a terminal', () => {
  it('leaves plain words as they are, and leaves out what is not known', () => {
    expect(lineOf('launch', 'demo', '--host', 'web-1', '', undefined, '--wait')).toBe(
      'orrery launch demo --host web-1 --wait',
    );
    expect(lineOf('join', 'web-1/demo', '8056c2e21c000001')).toBe('orrery join web-1/demo 8056c2e21c000001');
  });

  it.each([
    ['$(reboot)', "'$(reboot)'"],
    ['a; rm -rf /', "'a; rm -rf /'"],
    ["it's", "'it'\\''s'"],
    ['`id`', "'`id`'"],
    ['a\nb', "'a\nb'"],
  ])('quotes what a shell would obey: %j', (name, quoted) =>
    expect(lineOf('launch', name)).toBe(`orrery launch ${quoted}`),
  );
});
