import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { SseWriter } from './sse-writer.js';

const opened: { server: Server; socket: Socket }[] = [];

afterEach(() => {
  for (const { server, socket } of opened.splice(0)) {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  }
});

/** A request whose answer is being written, and the socket of its client. */
async function asked(): Promise<{ response: ServerResponse; socket: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  opened.push({ server, socket });
  return { response, socket };
}

const never = new AbortController().signal;
const big = { text: 'x'.repeat(100_000) };

describe('SseWriter', () => {
  it('writes events with their ids after a first id, from which a client resumes', async () => {
    const { response, socket } = await asked();
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    const writer = new SseWriter(response, never);
    await writer.open('s-5', false);
    await writer.event('s-6', JSON.stringify({ a: 1 }));
    await writer.heartbeat();
    writer.close();
    await once(socket, 'end');
    expect(text).toContain('retry: 1000\n\n');
    expect(text).toContain('id: s-5\n\n');
    expect(text).toContain('id: s-6\ndata: {"a":1}\n\n');
    expect(text).toContain(': still here\n\n');
  });

  it('drops a reader that reads nothing, and keeps one that is merely slow', async () => {
    const lazy = await asked();
    lazy.socket.pause();
    const toLazy = new SseWriter(lazy.response, never, 200);
    const flood = async (writer: SseWriter) => {
      for (let n = 0; n < 300; n++) await writer.event(`s-${n}`, JSON.stringify(big));
    };
    await expect(flood(toLazy)).rejects.toThrow();
    expect(lazy.response.destroyed).toBe(true);

    const slow = await asked();
    let bytes = 0;
    slow.socket.on('data', (data: Buffer) => {
      bytes += data.length;
      slow.socket.pause();
      setImmediate(() => slow.socket.resume());
    });
    const toSlow = new SseWriter(slow.response, never, 2000);
    await flood(toSlow);
    toSlow.close();
    await once(slow.socket, 'end');
    expect(bytes).toBeGreaterThan(300 * 100_000);
  });

  it('stops when the client goes, and when the process stops', async () => {
    const gone = await asked();
    const toGone = new SseWriter(gone.response, never);
    gone.socket.destroy();
    await once(gone.response, 'close');
    await expect(toGone.heartbeat()).rejects.toThrow();
    const stop = new AbortController();
    const stopped = new SseWriter((await asked()).response, stop.signal);
    await stopped.heartbeat();
    stop.abort();
    await expect(stopped.heartbeat()).rejects.toThrow();
  });
});
