import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
import { STORY } from './story/story.js';

const namesOf = (...words: string[]) => readArguments(words, STORY).steps.map(({ name }) => name);

describe('what is written behind docker compose run --rm demo', () => {
  it('is the whole story when nothing is written', () => {
    expect(readArguments([], STORY)).toMatchObject({ steps: STORY, json: false, help: false });
  });

  it('chooses steps, in the order of the story', () => {
    expect(namesOf('--only', 'page,ping')).toEqual(['ping', 'page']);
    expect(namesOf('--from', 'policy')).toEqual(['policy', 'timeline']);
    expect(readArguments(['-o', 'json'], STORY).json).toBe(true);
  });

  it.each([
    [['--only', 'pong'], 'there is no step pong; there are hosts, '],
    [['--from', 'pong'], 'there is no step pong'],
    [['-o', 'yaml'], '-o is text or json, not yaml'],
    [['--loud'], '--loud'],
  ])('is refused when nobody can mean it: %j', (words, cause) => {
    expect(() => readArguments(words, STORY)).toThrow(cause);
  });

  it('knows each step by a name of its own', () => {
    expect(new Set(STORY.map(({ name }) => name)).size).toBe(STORY.length);
  });
});
