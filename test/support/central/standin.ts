import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CentralAccount } from './account.js';
import { CentralDocument, type Described } from './document.js';
import { makeTrouble, type Trouble } from './trouble.js';

interface Right {
  status: number;
  body?: unknown;
}
interface Limit {
  requests: number;
  windowMs: number;
}
interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/**
 * A stand-in for ZeroTier Central, the legacy API v1, made from its OpenAPI document: it serves what the document
 * describes, refuses everything else, and checks its own answers against it. It limits requests as the document does:
 * 20 in any second, the next is 429.
 */
export class CentralStandin {
  readonly account = new CentralAccount();
  readonly asked: Asked[] = [];
  /** Requests that it rejected because of the limit. */
  turnedAway = 0;
  /**
   * Requests that it refused because the document does not allow them, and answers of its own that differ from the
   * document.
   */
  readonly offences: string[] = [];
  readonly token = 'wwrb66uUh18Fqc38rd8jMd5RFJzRsCn4';
  readonly #moments: number[] = [];
  readonly #troubles: { trouble: Trouble; when: (asked: Asked) => boolean; times: number }[] = [];

  private constructor(
    private readonly document: CentralDocument,
    private readonly server: Server,
    private readonly limit: Limit,
  ) {}

  static async start(limit: Limit = { requests: 20, windowMs: 1000 }): Promise<CentralStandin> {
    const server = createServer();
    const standin = new CentralStandin(await CentralDocument.read(), server, limit);
    server.on('request', (request, response) => void standin.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return standin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v1`;
  }

  /** This many of the next requests, or of those that match, get this instead of an answer; by default all. */
  trouble(
    trouble: Trouble,
    { times = Infinity, when = () => true }: { times?: number; when?: (asked: Asked) => boolean } = {},
  ): void {
    this.#troubles.push({ trouble, times, when });
  }

  calm(): void {
    this.#troubles.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const path = (request.url ?? '').replace(/^\/api\/v1/, '');
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const asked = { method, path, body: text === '' ? undefined : parsed(text) };
    this.asked.push(asked);
    if (this.overLimit()) {
      this.turnedAway++;
      return void response.writeHead(429).end();
    }
    const trouble = this.nextTrouble(asked);
    if (trouble?.is === 'status') return makeTrouble(trouble, response, ''); // a refused request has no effect
    const right = this.answerTo(asked, request.headers.authorization === `token ${this.token}`);
    const body = right.body === undefined ? '' : JSON.stringify(right.body);
    if (trouble) return makeTrouble(trouble, response, body);
    response.writeHead(right.status, body ? { 'content-type': 'application/json; charset=utf-8' } : {}).end(body);
  }

  private overLimit(): boolean {
    const now = performance.now();
    while (this.#moments.length > 0 && now - (this.#moments[0] ?? 0) >= this.limit.windowMs) this.#moments.shift();
    if (this.#moments.length >= this.limit.requests) return true;
    this.#moments.push(now);
    return false;
  }

  private nextTrouble(asked: Asked): Trouble | undefined {
    const next = this.#troubles.find(({ times, when }) => times > 0 && when(asked));
    if (next) next.times--;
    return next?.trouble;
  }

  private answerTo(asked: Asked, known: boolean): Right {
    const { method, path, body } = asked;
    const described = this.document.find(method, path);
    if (!described) return this.offence(404, `there is no ${method} ${path}`);
    // The document names no refusal for /status, and only 403 for the list of networks.
    if (!known && path !== '/status') return { status: described.answers.has(401) ? 401 : 403 };
    const request = described.request?.safeParse(body);
    if (request ? !request.success : body !== undefined)
      return this.offence(400, `${method} ${path}: ${request?.error?.message ?? 'it takes no body'}`);
    const right = this.does(described, method, (body ?? {}) as Record<string, unknown>, known);
    const schema = described.answers.get(right.status);
    if (schema === undefined) return this.offence(500, `${method} ${path} may not be answered ${right.status}`);
    const own = schema?.safeParse(right.body);
    return own && !own.success ? this.offence(500, `own answer to ${method} ${path}: ${own.error.message}`) : right;
  }

  private does({ path, parameters }: Described, method: string, body: Record<string, unknown>, known: boolean): Right {
    const [network = '', address = ''] = parameters;
    const { account } = this;
    switch (`${method} ${path}`) {
      case 'GET /status':
        return { status: 200, body: statusOf(known) };
      case 'GET /network':
        return { status: 200, body: account.networks() };
      case 'POST /network':
        return { status: 200, body: account.createNetwork() };
      case 'GET /network/{networkID}':
        return found(account.network(network));
      case 'POST /network/{networkID}':
        return found(account.changeNetwork(network, body));
      case 'DELETE /network/{networkID}':
        return { status: account.deleteNetwork(network) ? 200 : 404 };
      case 'GET /network/{networkID}/member':
        return found(account.members(network));
      case 'GET /network/{networkID}/member/{memberID}':
        return found(account.member(network, address));
      case 'POST /network/{networkID}/member/{memberID}':
        return found(account.changeMember(network, address, body));
      case 'DELETE /network/{networkID}/member/{memberID}':
        return { status: account.deleteMember(network, address) ? 200 : 404 };
      default:
        return this.offence(501, `${method} ${path} is described and not served`);
    }
  }

  private offence(status: number, what: string): Right {
    this.offences.push(what);
    return { status, body: { type: 'error', message: what } };
  }
}

const found = (body: unknown): Right => (body === undefined ? { status: 404 } : { status: 200, body });

const statusOf = (known: boolean) => ({
  ...{ id: 'central_status', type: 'CentralStatus', clock: Date.now(), version: '1.6.5', apiVersion: '4', uptime: 1 },
  ...{ readOnlyMode: false, loginMethods: { local: true } },
  ...(known ? { user: { id: '00000000-0000-0000-0000-000000000000', displayName: 'Joe User' } } : {}),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
