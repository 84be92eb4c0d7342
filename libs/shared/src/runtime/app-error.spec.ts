import { describe, expect, it } from '@jest/globals';
import { AppError, describeError } from './app-error.js';

describe('an AppError', () => {
  it('keeps the underlying error as its cause', () => {
    const origin = new Error('below');
    const error = new AppError({ code: 'x-y', kind: 'operational', cause: 'It went wrong.', origin });
    expect(error).toMatchObject({ message: 'It went wrong.', cause: origin, fix: undefined, details: {} });
  });
});

describe('describeError', () => {
  it.each([
    [new Error('said'), 'said'],
    [new TypeError(), 'TypeError'],
    [new AggregateError([new Error('one'), new Error('two')]), 'one; two'],
    [new AggregateError([new Error('one')], 'together'), 'together'],
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('is never empty: %p', (error, text) => {
    expect(describeError(error)).toBe(text);
  });
});
