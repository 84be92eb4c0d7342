import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { describeError, type Logger } from '@orrery/shared/runtime';
import { Letter, LETTER_BYTES } from './letter.js';

/** A sender delivers its letters without pauses. */
const SILENCE_MS = 2_000;
const CALLERS = 256;

export interface LetterboxOptions {
  path: string;
  receive: (letter: Letter) => void;
  logger: Logger;
}

/** A socket that accepts letters, one a line. Anything else is dropped, as a daemon drops a packet that it cannot read. */
export class Letterbox {
  readonly #callers = new Set<Socket>();
  readonly #server: Server;

  private constructor(private readonly options: LetterboxOptions) {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = CALLERS;
  }

  /** Undefined: another process listens there, such as that of a copy of this host. The socket of a killed process is removed. */
  static async open(options: LetterboxOptions): Promise<Letterbox | undefined> {
    if (await isAnswered(options.path)) return undefined;
    await rm(options.path, { force: true });
    const letterbox = new Letterbox(options);
    letterbox.#server.listen(options.path);
    await once(letterbox.#server, 'listening');
    letterbox.#server.on('error', (error) => {
      options.logger.warn({ event: 'simulated.letterbox-troubled', cause: describeError(error) });
    });
    return letterbox;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const caller of this.#callers) caller.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#callers.add(socket);
    let rest = '';
    socket.setEncoding('utf8');
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#read(line);
      if (rest.length > LETTER_BYTES) socket.destroy();
    });
    // A sender that disconnects in the middle of a letter has sent nothing.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#callers.delete(socket));
  }

  #read(line: string): void {
    const { logger, receive } = this.options;
    try {
      receive(Letter.parse(JSON.parse(line)));
    } catch (error) {
      logger.debug({ event: 'simulated.letter-dropped', cause: describeError(error) });
    }
  }
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
