import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
import { STORY } from './story/story.js';

const namesOf = (...words: string[]) => readArguments(words, STORY).steps.map(({ name }) => name);

describe('the arguments of docker compose run --rm demo', () => {
  it('select the whole story by default', () => {
    expect(readArguments([], STORY)).toMatchObject({ steps: STORY, json: false, help: false });
  });

  it('select steps, in the order of the story', () => {
    expect(namesOf('--only', 'page,ping')).toEqual(['ping', 'page']);
    expect(namesOf('--from', 'policy')).toEqual(['policy', 'timeline']);
    expect(readArguments(['-o', 'json'], STORY).json).toBe(true);
  });

  it.each([
    [['--only', 'pong'], 'unknown step pong; the steps are hosts, '],
    [['--from', 'pong'], 'unknown step pong'],
    [['-o', 'yaml'], '-o must be text or json, not yaml'],
    [['--loud'], '--loud'],
  ])('are refused when they are wrong: %j', (words, cause) => {
    expect(() => readArguments(words, STORY)).toThrow(cause);
  });

  it('know each step by a unique name', () => {
    expect(new Set(STORY.map(({ name }) => name)).size).toBe(STORY.length);
  });
});
