import { describe, expect, it } from '@jest/globals';
import { EventLines } from './event-lines.js';
import { isTouched, touchedBy } from './touched.js';

describe('the event stream', () => {
  it('is cut into events however its bytes arrive', () => {
    const text = 'id: a-1\n\nid: a-2\ndata: {"type":"x"}\n\n: heartbeat\n\nevent: reset\nid: a-3\ndata: {}\n\n';
    const whole = new EventLines().take(text);
    expect(whole).toEqual([
      { event: 'position', id: 'a-1', data: '' },
      { event: 'message', id: 'a-2', data: '{"type":"x"}' },
      { event: 'reset', id: 'a-3', data: '{}' },
    ]);
    const lines = new EventLines();
    expect([...text].flatMap((letter) => lines.take(letter))).toEqual(whole);
  });

  it('touches what an event is about, and nothing else', () => {
    const touched = new Set(touchedBy('io.orrery.host.online'));
    expect(['/v1/hosts', '/v1/hosts/{host}', '/v1/status'].map((path) => isTouched(path, touched))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['/v1/networks', '/v1/memberships', '/v1/me'].map((path) => isTouched(path, touched))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
