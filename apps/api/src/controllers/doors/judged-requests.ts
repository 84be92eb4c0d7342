import { contains, innermost, judgeAddress, parseAddress, type Judgment, type Prefix } from '@orrery/shared/addresses';
import { lookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import { addressRefused } from './central-trouble.js';

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

export interface JudgedRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
}

/** Shorter than the limit of servers, so that no connection is reused at the moment when its server closes it. */
const IDLE_MS = 2_000;

/**
 * HTTP to one base URL that a person gave, and to nothing else. Each connection resolves the host once, judges every
 * address, and goes to one of those, so no second lookup can return something else. Redirects are not followed. A
 * certificate is checked against the host of the URL. Throws AppError `central-address-refused`.
 */
export class JudgedRequests {
  readonly #base: URL;
  readonly #agent: http.Agent;

  constructor(
    base: string,
    private readonly allowed: readonly Prefix[],
    private readonly resolve: Resolve = (host) => lookup(host, { all: true }),
  ) {
    this.#base = new URL(base);
    const options = { keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' } as const;
    this.#agent = this.#isEncrypted ? new https.Agent(options) : new http.Agent(options);
  }

  /** Returns the answer before its body is read. */
  async send(path: string, { method, headers, body, signal }: JudgedRequest): Promise<http.IncomingMessage> {
    const host = this.#host;
    // Node does not resolve addresses, so its lookup below would not judge one.
    if (parseAddress(host)) this.#judge(host);
    const { port, pathname } = this.#base;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      ...{ host, port, path: pathname.replace(/\/+$/, '') + path, method, signal },
      ...{ agent: this.#agent, lookup: this.#lookup, headers: { ...headers, ...length } },
    };
    return new Promise((resolve, reject) => {
      (this.#isEncrypted ? https.request : http.request)(options, resolve).on('error', reject).end(body);
    });
  }

  /** Requests under way end by themselves. */
  close(): void {
    for (const socket of Object.values(this.#agent.freeSockets).flatMap((sockets) => sockets ?? [])) socket.destroy();
  }

  get #isEncrypted(): boolean {
    return this.#base.protocol === 'https:';
  }

  /** As URLs write it: an address in its canonical form, without the brackets of IPv6. */
  get #host(): string {
    return this.#base.hostname.replace(/^\[|\]$/g, '');
  }

  readonly #lookup: LookupFunction = (host, { all }, answer) => {
    this.#judgedAddresses(host).then(
      ([first, ...others]) => (all ? answer(null, [first, ...others]) : answer(null, first.address, first.family)),
      (error: NodeJS.ErrnoException) => answer(error, ''),
    );
  };

  /** All addresses must be allowed, or none is used: an honest name does not mix allowed and forbidden ones. */
  async #judgedAddresses(host: string) {
    const [first, ...others] = await this.resolve(host);
    if (!first) throw Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
    for (const { address } of [first, ...others]) this.#judge(address);
    return [first, ...others] as const;
  }

  #judge(address: string): void {
    const judgment = judgeAddress(address);
    if (!this.#mayGoTo(address, judgment)) throw addressRefused(this.#host, judgment);
  }

  #mayGoTo(text: string, { reach }: Judgment): boolean {
    const address = parseAddress(text);
    if (!address || reach === 'never') return false;
    // Unencrypted requests stay on this machine, wherever the name leads.
    if (!this.#isEncrypted && reach !== 'loopback') return false;
    return reach === 'public' || this.allowed.some((prefix) => contains(prefix, innermost(address)));
  }
}
