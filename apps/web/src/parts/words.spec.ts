import { describe, expect, it } from '@jest/globals';
import { asTitle, namedAt, timesIn } from './words.js';

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

describe('times in a text of the API', () => {
  const at = '2026-11-30T07:15:34Z';

  it.each<[string, ReturnType<typeof timesIn>]>([
    [`its agent was last heard from at ${at}`, ['its agent was last heard from at ', { at }, '']],
    ['denied by anna at 2026-11-30 07:15:34 UTC: no', ['denied by anna at ', { at }, ': no']],
    ['since 2026-11-30T07:15:34.123Z', ['since ', { at: '2026-11-30T07:15:34.123Z' }, '']],
    ['nothing at 10.1.2.3', ['nothing at 10.1.2.3']],
  ])('are told apart, so that they are those of whoever reads: %s', (text, parts) => {
    expect(timesIn(text)).toEqual(parts);
  });

  it('are no times if there are no such', () => {
    expect(timesIn('at 2026-99-30T07:15:34Z')).toEqual(['at ', '2026-99-30T07:15:34Z', '']);
  });
});
