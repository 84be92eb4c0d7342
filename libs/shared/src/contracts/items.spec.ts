import { describe, expect, it } from '@jest/globals';
import { ImageReference } from './items.js';

describe('an image reference', () => {
  it.each(['zerotier/zerotier:1.14.2', 'alpine', 'registry.lan:5000/a/b..c/zt', `a/.b@sha256:${'e'.repeat(64)}`])(
    'may be %s',
    (text) => expect(ImageReference.safeParse(text).success).toBe(true),
  );

  it.each(['docker.io/../x', 'a/./b', 'a//b', 'a/', 'a/..', 'a/..:1', `a/..@sha256:${'e'.repeat(64)}`, '../a'])(
    'is not %s, which would lead elsewhere in a path to the engine',
    (text) => expect(ImageReference.safeParse(text).success).toBe(false),
  );
});
