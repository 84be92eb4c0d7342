import { describe, expect, it } from '@jest/globals';
import { imageKeys, registryOf } from './image-reference.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('an image reference', () => {
  it.each([
    ['zerotier/zerotier:1.14.2', 'zerotier/zerotier:1.14.2'],
    ['docker.io/zerotier/zerotier:1.14.2', 'zerotier/zerotier:1.14.2'],
    ['zerotier/zerotier', 'zerotier/zerotier:latest'],
    ['docker.io/library/alpine', 'alpine:latest'],
    ['registry.lan:5000/zt', 'registry.lan:5000/zt:latest'],
    ['registry.lan:5000/zt:2', 'registry.lan:5000/zt:2'],
    [`registry.lan:5000/zt:2@${digest}`, `registry.lan:5000/zt@${digest}`],
    [digest, digest],
  ])('%s is looked up as %s', (image, key) => {
    expect(imageKeys(image)).toEqual([key]);
  });

  it.each([
    ['zerotier/zerotier', 'docker.io'],
    ['alpine', 'docker.io'],
    ['registry.lan:5000/zt:2', 'registry.lan:5000'],
    ['localhost/zt', 'localhost'],
    ['ghcr.io/a/b', 'ghcr.io'],
  ])('%s comes from %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});
