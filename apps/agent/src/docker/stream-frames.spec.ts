import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readFrames, splitFrames } from './stream-frames.js';

function frame(kind: 1 | 2, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

describe('the two outputs in one stream', () => {
  it('are separated, even when a character is split across two chunks', async () => {
    const bytes = Buffer.concat([frame(1, 'ä'), frame(2, 'err'), frame(1, 'b')]);
    const stream = new PassThrough();
    const output = readFrames(stream, 1000);
    stream.write(bytes.subarray(0, 9));
    stream.end(bytes.subarray(9));
    expect(await output).toEqual({ stdout: 'äb', stderr: 'err' });
  });

  it('are read as far as possible when the last frame is cut', () => {
    expect(splitFrames(frame(1, 'whole').subarray(0, 10))).toEqual({ stdout: 'wh', stderr: '' });
    expect(splitFrames(Buffer.alloc(3))).toEqual({ stdout: '', stderr: '' });
  });

  it('end with the reason of the signal, or at the size limit', async () => {
    const abort = new AbortController();
    const waiting = readFrames(new PassThrough(), 1000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const endless = new PassThrough();
    const limited = readFrames(endless, 20);
    endless.write(frame(1, 'x'.repeat(100)));
    expect((await limited).stdout.length).toBeLessThanOrEqual(100);
    expect(endless.destroyed).toBe(true);
  });
});
