import { describe, expect, it } from '@jest/globals';
import { TaggedAnswers } from './tagged-answers.js';

const answer = (tag: string) => ({ tag, body: { tag } });

describe('answers with a tag', () => {
  it('are kept by their address, and are those of one login', () => {
    const answers = new TaggedAnswers();
    expect(answers.of('one', '/v1/topology')).toBeUndefined();
    answers.keep('one', '/v1/topology', answer('a'));
    expect(answers.of('one', '/v1/topology')?.tag).toBe('a');
    expect(answers.of('other', '/v1/topology')).toBeUndefined();
    answers.keep('one', '/v1/topology', answer('late'));
    expect(answers.of('other', '/v1/topology')).toBeUndefined();
    expect(answers.of('one', '/v1/topology')).toBeUndefined();
  });

  it('are few: the one that was kept first goes', () => {
    const answers = new TaggedAnswers();
    answers.of('one', '');
    for (let at = 0; at <= 24; at++) answers.keep('one', String(at), answer(String(at)));
    expect([answers.of('one', '0'), answers.of('one', '1')?.tag, answers.of('one', '24')?.tag]).toEqual([
      undefined,
      '1',
      '24',
    ]);
  });
});
