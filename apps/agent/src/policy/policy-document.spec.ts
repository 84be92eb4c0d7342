import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readPolicyDocument } from './policy-document.js';
import { DEFAULT_POLICY, Policy } from '../pure/policy/policy.js';

const page = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8');
const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];

describe('a policy file', () => {
  it('yields the line of each rule, and defaults for rules that are not written', () => {
    const { policy, lines } = readPolicyDocument(
      'images: [zerotier/zerotier]\nnetworks:\n  deny:\n    - "8056c2e21c*"\n',
    );
    expect(policy).toEqual({
      ...DEFAULT_POLICY,
      images: ['zerotier/zerotier'],
      networks: { allow: ['*'], deny: ['8056c2e21c*'] },
    });
    expect(Object.fromEntries(lines)).toEqual({ images: 1, networks: 2, 'networks.deny': 3 });
  });

  it('parses as docs/policy.md shows it, and the page mentions every rule', () => {
    const { policy } = readPolicyDocument(example);
    expect(policy.containers.max).toBeLessThan(DEFAULT_POLICY.containers.max);
    for (const rule of Object.keys(Policy.shape))
      expect([rule, page]).toEqual([rule, expect.stringContaining(`\`${rule}\``)]);
  });

  it.each([
    ['nothing', '', 'no rule'],
    ['only a comment', '# images: [a]', 'no rule'],
    ['a list', '- images', 'no rule'],
    ['an unknown rule', 'image: [a]', 'image'],
    ['a rule in uppercase', 'Images: [a]', 'Images'],
    ['an unknown rule further down', 'networks:\n  allowed: ["*"]', 'line 1: networks'],
    ['an invalid pattern', 'calls: [doctor]\nimages: ["a b"]', 'line 2: images.0'],
    ['an image by its id', 'images: ["sha256:abc"]', 'images.0'],
    ['a network that YAML reads as a number', 'networks: { deny: [1234567890123456] }', 'networks.deny.0'],
    ['a network in uppercase', 'networks: { deny: ["8056C2E21C000001"] }', 'networks.deny.0'],
    ['a duplicate rule', 'images: [a]\nimages: ["*"]', 'unique'],
    ['another type', 'containers: { max: "3" }', 'line 1: containers.max'],
    ['an unknown call', 'calls: [shell]', 'calls.0'],
    ['an invalid prefix', 'routes: { allow: [10.0.0.0] }', 'routes.allow.0'],
    ['aliases', 'images: &a ["*"]\ncalls: *a', 'alias'],
    ['a custom YAML type', 'images: !!binary aGk=', 'images'],
    ['two documents', 'images: [a]\n---\nimages: ["*"]', 'document'],
    ['a key of JavaScript itself', '__proto__: { images: ["*"] }', '__proto__'],
    ['broken YAML', 'images: [', 'line 1'],
  ])('is refused as a whole with %s', (_what, text, says) => {
    expect(() => readPolicyDocument(text)).toThrow(new RegExp(says, 'i'));
  });
});
