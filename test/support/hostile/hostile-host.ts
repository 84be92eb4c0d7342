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
  /** Undefined: no answer is requested. */
  reply?: string;
  body: string;
  atOnce: number;
  everyMs: number;
  most: number;
}

export interface Attack {
  /** Kept open at a time: one that the broker closes is reopened at once. */
  connections: number;
  /** What each connection subscribes to: `subject` or `subject queue`. */
  subscriptions: string[];
  reads?: boolean;
  requests?: Request[];
  /** Every connection sends the first request, as fast as it is accepted. */
  floods?: boolean;
  /** How many connections must be open before any request is sent. */
  startsAt?: number;
  /** How long after its end a connection is reopened. */
  againMs?: number;
}

/** The credentials of a host. */
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

/** The same, for any way of reading that folder. */
export async function stolen(read: (file: string) => Promise<string>): Promise<HostCredentials> {
  const { hostId, nats } = JoinReply.parse(JSON.parse(await read('host.json')));
  return { host: hostId, url: nats.url, jwt: nats.jwt ?? '', seed: (await read('host.seed')).trim() };
}

/** The attacker's counts so far. */
export interface Seen {
  connected: number;
  closed: number;
  open: number;
  sent: number;
  refused: Record<string, number>;
}

/** An attacker with the credentials of one host, in a separate process. */
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
    // As if on a machine of its own: it gets only processor time that nobody else on this one wants.
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
