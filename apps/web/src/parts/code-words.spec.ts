import { describe, expect, it } from '@jest/globals';
import { codeWord, withoutCode } from './code-words.js';

describe('a code as a state', () => {
  it.each([
    ['docker-unreachable', 'Docker does not answer'],
    ['workload', 'waits for its workload'],
    ['something-newer', 'something newer'],
    ['constructor', 'constructor'],
  ])('%s is: %s', (code, said) => expect(codeWord(code)).toBe(said));

  it.each([
    ['web-1/demo failed: tun-missing', 'tun-missing', 'web-1/demo failed: TUN device is missing'],
    ['web-1: policy-denied', 'policy-denied', 'web-1: denied by the policy of its host'],
    ['web-1/demo in lab waits for a person', 'authorization', 'web-1/demo in lab waits for a person'],
    ['web-2 is unreachable', undefined, 'web-2 is unreachable'],
  ])('is not in the head of what needs a look: %s', (text, code, said) => expect(withoutCode(text, code)).toBe(said));
});
