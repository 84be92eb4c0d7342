import { connect, type Socket } from 'node:net';

/** The response to exactly these bytes, until the server closed the connection; '' if it closed silently. */
export function sendRaw(port: number, bytes: string | Uint8Array, withinMs = 10_000): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    const patience = setTimeout(() => socket.destroy(), withinMs);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(answer);
    });
    socket.write(bytes);
  });
}

/** The first status for these bytes; 0 if the server waits for more and answers nothing until the sender gives up. */
export function firstStatus(port: number, bytes: Uint8Array, patienceMs: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const give = (status: number) => {
      clearTimeout(patience);
      socket.destroy();
      resolve(status);
    };
    const patience = setTimeout(() => give(0), patienceMs);
    socket.on('error', () => undefined).on('close', () => give(0));
    socket.once('data', (answer: Buffer) => give(statusOf(answer.toString('latin1'))));
    socket.write(bytes);
  });
}

export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

/** A connection that stays open and sends when it is told to. */
export class OpenSocket {
  answer = '';
  closed = false;
  readonly #socket: Socket;

  /** `from`: another address of this machine. */
  constructor(port: number, first = '', from = '127.0.0.1') {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from });
    this.#socket.setEncoding('latin1').on('data', (text: string) => (this.answer += text));
    this.#socket.on('error', () => undefined).on('close', () => (this.closed = true));
    if (first) this.#socket.write(first);
  }

  write(text: string): void {
    if (!this.closed) this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The p-th percentile of measured milliseconds. */
export const percentile = (measured: readonly number[], p: number) =>
  [...measured].sort((a, b) => a - b)[Math.min(measured.length - 1, Math.floor((measured.length * p) / 100))] ?? NaN;
