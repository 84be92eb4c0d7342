import { HostPage } from '@orrery/shared/contracts';
import { Agent, request as httpRequest } from 'node:http';
import type { System } from '../../support/system/system.js';
import { wrongWith, type Answer } from './check-answer.js';
import { readDocument, type ApiDocument, type Operation } from './document.js';
import { fuzzRequests, type FuzzRequest } from './requests.js';
import { gunzipSync } from 'node:zlib';
import { PLACEHOLDER } from './values.js';

const AT_ONCE = 12;
const ANSWER_MS = 40_000;
const MOST_IN_POOL = 60;

interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/**
 * Sends generated requests to a running API, checks every answer against the document, and learns which things exist.
 */
export class FuzzSession {
  readonly wrong: string[] = [];
  /** By operation: how often it was answered with which status. */
  readonly seen = new Map<string, Map<number, number>>();
  readonly pools: Record<string, string[]> = {
    containerName: ['edge', 'relay', 'proxy', 'tool'],
    network: ['8056c2e21c000001', '8056c2e21c000002', '8056c2e21cde0001', 'lab'],
    selector: ['site=cloud', 'site', 'site!=cloud', 'site=cloud,tier!=db', '!site'],
    spare: ['spare-1', 'spare-2', 'nobody'],
    command: [`cmd_${'a'.repeat(20)}`],
    event: ['1'],
    key: Array.from({ length: 500 }, (_, index) => `key-${index}`),
    after: ['x'],
    controller: ['keeper', `ctl_${'a'.repeat(20)}`],
    probe: [`prb_${'a'.repeat(20)}`],
    token: ['laptop'],
    addresses: ['10.1.2.3', 'fd00::1'],
    etag: ['"1"'],
  };
  /** Values from answers, in addition to those that each pool always has. */
  readonly #learnt: Record<string, string[]> = {};
  readonly #agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  private constructor(
    private readonly url: string,
    readonly document: ApiDocument,
    private readonly tokens: Record<FuzzRequest['token'], string | undefined>,
  ) {}

  static async open({ api }: System): Promise<FuzzSession> {
    const document = readDocument(await (await fetch(`${api.url}/openapi.json`)).json());
    const [admin, join] = await Promise.all([api.secret('admin.token'), api.secret('join.secret')]);
    const session = new FuzzSession(api.url, document, { admin, join, none: undefined, wrong: 'ora_wrong' });
    // By ID, because a fuzzed request can rename a host.
    const { items } = await api.get('/v1/hosts', HostPage);
    session.pools.host = items.map(({ id }) => id);
    session.pools.node = items.flatMap(({ id, node }) => [node, `${id}/edge`, `${id}/relay`]);
    return session;
  }

  async run(options: { seed: number; count: number }): Promise<void> {
    const left = fuzzRequests(this.document, options).values();
    const worker = async () => {
      for (const request of left) await this.#try(request);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.#agent.destroy();
  }

  async #try(request: FuzzRequest): Promise<void> {
    const { operation } = request;
    const asked = this.#fill(request);
    // A made-up URL of Central would really be requested; tests with a stand-in cover that.
    if (operation.id === 'addController' && asked.body?.includes('central')) return;
    const answer = await this.#send(asked, operation).catch((error: unknown) => String(error));
    const wrong = typeof answer === 'string' ? `no answer: ${answer}` : wrongWith(operation, answer);
    if (wrong) this.#tell(`${operation.id}: ${wrong}\n  ${JSON.stringify(asked).slice(0, 1000)}`);
    if (typeof answer === 'string') return;
    const counts = this.seen.get(operation.id) ?? new Map<number, number>();
    this.seen.set(operation.id, counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1));
    if (answer.status < 300) this.#learn(answer.body);
  }

  /** Print at once as well, so that a long run shows its findings before it ends. */
  #tell(wrong: string): void {
    if (this.wrong.push(wrong) <= 20) process.stderr.write(`fuzz: WRONG ${wrong}\n`);
  }

  #fill({ operation, path, query, headers, token, body, contentType, asHead }: FuzzRequest): Asked {
    const fill = (text: string) =>
      text.replaceAll(PLACEHOLDER, (_all, pool: string, pick: string) => {
        const [always = [], learnt = []] = [this.pools[pool], this.#learnt[pool]];
        const there = learnt.length > 0 && Number(pick) % 3 === 0 ? learnt : always;
        return there[Number(pick) % there.length] ?? 'x';
      });
    const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => percent(fill(path[name] ?? '')));
    // A wait of half a minute shows nothing that a moment does not.
    const asked = query.map(([name, value]) => [
      name,
      name === 'wait' && /^\d+m?s?$/.test(value) ? '20ms' : fill(value),
    ]);
    const search = asked.map(([name = '', value = '']) => `${percent(name)}=${percent(value)}`).join('&');
    const bearer = this.tokens[token];
    return {
      method: asHead ? 'HEAD' : operation.method,
      url: `${filled}${search ? `?${search}` : ''}`,
      headers: {
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body === undefined
          ? {}
          : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(fill(body))) }),
      },
      body: body && fill(body),
    };
  }

  #send({ method, url, headers, body }: Asked, { answers }: Operation): Promise<Answer> {
    const endless = answers.get(200)?.has('text/event-stream');
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.url);
      const options = { hostname, port, method, path: url, headers, agent: this.#agent, timeout: ANSWER_MS };
      const sent = httpRequest(options, (response) => {
        const { statusCode: status = 0, headers } = response;
        const pieces: Buffer[] = [];
        const done = () =>
          resolve({
            status,
            requestId: headers['x-request-id'] as string | undefined,
            isHead: method === 'HEAD',
            type: headers['content-type'] ?? '',
            body: textOf(Buffer.concat(pieces), headers['content-encoding']),
          });
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', done).on('error', reject);
        if (headers.etag) this.#remember('etag', headers.etag);
        if (endless && status === 200 && method !== 'HEAD') {
          done();
          sent.destroy();
        }
      });
      sent.on('error', reject).on('timeout', () => sent.destroy(new Error(`nothing within ${ANSWER_MS} ms`)));
      sent.end(body);
    });
  }

  #learn(body: string): void {
    for (const [id] of body.matchAll(/\bcmd_[a-z2-7]{20}\b/g)) this.#remember('command', id);
    for (const [id] of body.matchAll(/\bnod_[a-z2-7]{20}\b/g)) this.#remember('node', id);
    for (const [, id] of body.matchAll(/"specversion":"1.0","id":"([^"]+)"/g)) this.#remember('event', id ?? '');
    for (const [, next] of body.matchAll(/"next":"([^"]+)"/g)) this.#remember('after', next ?? '');
  }

  #remember(pool: string, value: string): void {
    const there = (this.#learnt[pool] ??= []);
    if (there.includes(value)) return;
    there.push(value);
    if (there.length > MOST_IN_POOL) there.shift();
  }
}

const textOf = (bytes: Buffer, encoding: string | undefined) =>
  (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();

/** As a client encodes a part of a URL, except for lone surrogates, which none would send. */
const percent = (text: string) =>
  Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
