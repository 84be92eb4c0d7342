import { describe, expect, it } from '@jest/globals';
import { asTitle, namedAt } from './words.js';

it.each([
  ['its controller has not authorized it', 'web-1 in shop', 'Its controller has not authorized it'],
  ['web-1/media is paused', undefined, 'web-1/media is paused'],
  ['media has no address', 'web-1/media in shop', 'media has no address'],
  ['zerotier-one does not answer', undefined, 'zerotier-one does not answer'],
  ['`docker` is not there', undefined, '`docker` is not there'],
  ['container web-1/taken exists', undefined, 'Container web-1/taken exists'],
  ['edge-1 still has one container', undefined, 'edge-1 still has one container'],
  ['192.168.10.1/24 has bits after its length', undefined, '192.168.10.1/24 has bits after its length'],
  ['Authorize it', undefined, 'Authorize it'],
])('a clause becomes a title, and a name stays a name: %s', (clause, about, title) => {
  expect(asTitle(clause, about)).toBe(title);
});

describe('a thing in a sentence', () => {
  it.each([
    ['web-1/demo was denied in lab on web-1', 'web-1', 32],
    ['web-1/demo is in lab-2', 'lab', -1],
    ["lab's controller", 'lab', 0],
  ])('of "%s", %s is named at %i', (text, name, at) => expect(namedAt(text, name)).toBe(at));
});
