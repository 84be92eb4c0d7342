import { describe, expect, it } from '@jest/globals';
import { fitsImage, readImageName, readImagePattern, type ImagePattern } from './image-pattern.js';

const digest = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const fits = (pattern: string, image: string) => fitsImage(image, readImagePattern(pattern) as ImagePattern);

describe('an image reference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine', 'latest'],
    ['docker.io/alpine:3', 'docker.io/library/alpine', '3'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine', 'latest'],
    ['zerotier/zerotier:1.14.2', 'docker.io/zerotier/zerotier', '1.14.2'],
    ['registry.lan:5000/zt', 'registry.lan:5000/zt', 'latest'],
    ['localhost/zt:1', 'localhost/zt', '1'],
    ['Registry.LAN/zt:A', 'registry.lan/zt', 'A'],
    ['zerotieR/zerotier:1', 'zerotier/zerotier', '1'],
  ])('%s has nothing implicit left', (image, repository, tag) => {
    expect(readImageName(image)).toEqual({ repository, tag, digest: undefined });
  });

  it.each([
    ['deadbeef'],
    [digest],
    ['sha256:abc'],
    ['a//b'],
    ['zerotier/Zerotier'],
    ['a/../b'],
    ['a:b:c'],
    ['a@sha256:1'],
    ['a b'],
  ])('%s is not a name: an id of a local image, or invalid for the engine', (image) =>
    expect(readImageName(image)).toBeUndefined(),
  );
});

describe('a pattern of images', () => {
  it.each([
    ['zerotier/zerotier:1.14.*', 'zerotier/zerotier:1.14.2'],
    ['zerotier/zerotier:*', 'docker.io/zerotier/zerotier:1'],
    ['docker.io/zerotier/zerotier:*', 'zerotier/zerotier:1'],
    ['zerotier/*', 'index.docker.io/zerotier/zerotier'],
    ['alpine', 'docker.io/library/alpine:3'],
    ['zerotier/zerotier', `zerotier/zerotier:9@${digest}`],
    [`zerotier/zerotier@${digest}`, `zerotier/zerotier:whatever@${digest}`],
    [`zerotier/zerotier:1@${digest}`, `zerotier/zerotier@${digest}`],
    ['registry.lan:5000/**', 'registry.lan:5000/a/b/c:1'],
    ['registry.lan:5000/zt:1', 'REGISTRY.lan:5000/zt:1'.toLowerCase()],
    ['registry.lan/zt', 'registry.Lan/zt:1'],
    ['*', digest],
    ['*', 'deadbeef'],
  ])('%s fits %s', (pattern, image) => expect(fits(pattern, image)).toBe(true));

  it.each([
    ['zerotier/zerotier:*', 'evil.example/zerotier/zerotier:1'],
    ['zerotier/zerotier:*', 'zerotieR/zerotier:1'],
    ['zerotier/zerotier:*', 'zerotier/zerotier-evil:1'],
    ['zerotier/zerotier:*', `zerotier/zerotier:1.14.2@${digest}`],
    [`zerotier/zerotier@${digest}`, `zerotier/zerotier@${other}`],
    [`zerotier/zerotier@${digest}`, 'zerotier/zerotier:1'],
    ['zerotier/zerotier:1.14.2', 'zerotier/zerotier:1014.2'],
    ['zerotier/*', 'zerotier/a/b'],
    ['registry.lan/zt', 'registry.lan:5000/zt'],
    ['registry.lan/zt', 'registryxlan/zt'],
    ['library/*', 'deadbeef'],
    ['**', digest],
    ['alpine:latest', 'alpine:Latest'],
  ])('%s does not fit %s', (pattern, image) => expect(fits(pattern, image)).toBe(false));

  it.each([[''], ['a b'], ['deadbeef'], ['a@sha256:*'], ['a@'], ['zerotier/Zerotier'], ['a//b'], ['a:\n']])(
    '%j is not a pattern',
    (text) => expect(readImagePattern(text)).toBeUndefined(),
  );
});
