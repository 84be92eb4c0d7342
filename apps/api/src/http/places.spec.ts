import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Places } from './places.js';

const LIMITS = { most: 3, ofAnAddress: 2, longestMs: 60_000 };

/** The part of an answer that places use. */
class Answer extends EventEmitter {
  destroy = () => this.emit('close');
}

describe('places for large answers', () => {
  let places: Places;
  const take = (address: string) => {
    const answer = new Answer();
    places.take(address, answer as unknown as ServerResponse);
    return answer;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    places = new Places(LIMITS);
  });
  afterEach(() => void jest.useRealTimers());

  it('are limited for one address and in total, and further requests are told when to retry', () => {
    take('a');
    take('a');
    const later = { code: 'busy', details: { retryAfter: 5 } };
    expect(() => take('a')).toThrow(expect.objectContaining(later));
    take('b');
    expect(() => take('c')).toThrow(expect.objectContaining(later));
  });

  it('become free when an answer has ended, but not within a second: the client may not have read it yet', () => {
    take('a').emit('close');
    const second = take('a');
    expect(() => take('a')).toThrow();
    jest.advanceTimersByTime(1000);
    take('a');
    jest.advanceTimersByTime(1000);
    second.emit('close');
    jest.advanceTimersByTime(0);
    take('a');
  });

  it('end an answer that takes too long', () => {
    const answer = take('a');
    const ended = jest.fn();
    answer.once('close', ended);
    jest.advanceTimersByTime(LIMITS.longestMs - 1);
    expect(ended).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(ended).toHaveBeenCalled();
  });
});
