import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inboxPrefix, JoinReply, type HostId } from '@orrery/shared/contracts';
import { eventually, reapAtExit } from '../servers.js';
import { ROOT } from '../system/build.js';
import type { HandAgent } from '../system/hand-agent.js';
import type { SystemHost } from '../system/system-host.js';

const PROGRAM = 'test/support/hostile/attack.mjs';

export interface Request {
  subject: string;
  /** Undefined: nobody is asked for an answer. */
  reply?: string;
  body: string;
  atOnce: number;
  everyMs: number;
  most: number;
}

export interface Attack {
  /** Kept open at a time: one that the broker closes is opened again at once. */
  connections: number;
  /** What each connection subscribes to: `subject` or `subject queue`. */
  subscriptions: string[];
  reads?: boolean;
  requests?: Request[];
  /** The first request comes from every connection, as fast as it is taken. */
  floods?: boolean;
  /** How many connections have to be open before anything is asked. */
  startsAt?: number;
  /** How long after its end a connection is opened again. */
  againMs?: number;
}

/** What lets a host in. */
export interface HostCredentials {
  host: HostId;
  url: string;
  jwt: string;
  seed: string;
}

export const credentialsOf = ({ host, joined, key }: HandAgent): HostCredentials => ({
  ...{ host, url: joined.nats.url, jwt: joined.nats.jwt ?? '', seed: key.seed },
});

/** Copied from the folder of a real agent. */
export async function stolenFrom({ home }: SystemHost): Promise<HostCredentials> {
  return stolen((file) => readFile(join(home, file), 'utf8'));
}

/** The same, however that folder is read. */
export async function stolen(read: (file: string) => Promise<string>): Promise<HostCredentials> {
  const { hostId, nats } = JoinReply.parse(JSON.parse(await read('host.json')));
  return { host: hostId, url: nats.url, jwt: nats.jwt ?? '', seed: (await read('host.seed')).trim() };
}

/** What the attacker has seen until now. */
export interface Seen {
  connected: number;
  closed: number;
  open: number;
  sent: number;
  refused: Record<string, number>;
}

/** Somebody with the credentials of one host, in a process of its own. */
export class HostileHost {
  #seen: Seen = { connected: 0, closed: 0, open: 0, sent: 0, refused: {} };

  private constructor(private readonly child: ChildProcess) {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      const last = lines.at(-1);
      if (last) this.#seen = JSON.parse(last) as Seen;
    });
  }

  static async start({ url, jwt, seed }: HostCredentials, attack: Attack): Promise<HostileHost> {
    const { hostname, port } = new URL(url);
    const door = { address: hostname, port: Number(port), jwt, seed: seedBytes(seed).toString('hex') };
    // As from a machine of its own: it gets only what nobody else on this one wants of the processors.
    const child = spawn('chrt', ['--idle', '0', process.execPath, join(ROOT, PROGRAM)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin?.write(`${JSON.stringify({ ...door, ...attack })}\n`);
    if (child.pid !== undefined) await reapAtExit(child.pid);
    return new HostileHost(child);
  }

  get seen(): Seen {
    return this.#seen;
  }

  async until(condition: (seen: Seen) => boolean, within = 20_000): Promise<void> {
    await eventually(() => condition(this.#seen) || Promise.reject(new Error(JSON.stringify(this.#seen))), {
      within,
      what: 'the attack is under way',
    });
  }

  async stop(): Promise<Seen> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.stdin?.end();
      await exit;
    }
    return this.#seen;
  }
}

/** Below its own inbox, where the API answers. */
export const inboxOf = ({ host }: HostCredentials, rest = 'x') => `${inboxPrefix(host)}.${rest}`;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The 32 bytes in an nkey seed. */
function seedBytes(seed: string): Buffer {
  const bits = Array.from(seed, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).subarray(2, 34);
}
