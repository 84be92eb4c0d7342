import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/servers.js';
import { recordings } from '../../support/zerotier/contract/recordings.js';

const recorded = (name: string) =>
  recordings.find((one) => one.name === name)?.response.body as Record<string, unknown>;
const TOKEN = 'scripted-token';

/**
 * The local API of a daemon that answers what a test tells it to, in the shapes of the recorded answers. For statuses
 * that no lab controller produces.
 */
export class ScriptedDaemon {
  readonly address = recorded('status')['address'] as string;
  /** By network: fields that replace those of the recorded network. */
  readonly script = new Map<string, Record<string, unknown>>();
  /** By network: the settings that it received. */
  readonly #joined = new Map<string, object>();
  /** What else than the recorded settings its status has. */
  settings: Record<string, unknown> = {};
  #mute = false;

  private constructor(
    readonly home: string,
    readonly port: number,
    private readonly server: Server,
  ) {}

  static async start(): Promise<ScriptedDaemon> {
    const home = await temporaryFolder('scripted');
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const daemon = new ScriptedDaemon(home, port, server);
    await writeFile(join(home, 'authtoken.secret'), TOKEN, { mode: 0o600 });
    await mkdir(join(home, 'networks.d'));
    await daemon.wear(daemon.address);
    server.on('request', (request, response) => void daemon.#answer(request, response));
    return daemon;
  }

  /** Writes the files of the home as if the daemon had this address. */
  async wear(address: string): Promise<void> {
    const identity = recorded('status')['publicIdentity'] as string;
    await writeFile(join(this.home, 'identity.public'), identity.replace(/^[0-9a-f]{10}/, address));
  }

  /** From now on it accepts requests and answers none. */
  fallSilent(): void {
    this.#mute = true;
  }

  speakAgain(): void {
    this.#mute = false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#mute) return;
    const say = (status: number, body: unknown) => {
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    if (request.headers['x-zt1-auth'] !== TOKEN) return say(401, {});
    const [, first = '', network = ''] = (request.url ?? '').split('/');
    const told = request.method === 'POST' ? ((await json(request).catch(() => ({}))) as object) : {};
    request.resume();
    if (first === 'status') return say(200, this.#status());
    if (first === 'peer') return say(200, []);
    if (first !== 'network') return say(404, {});
    if (!network)
      return say(
        200,
        [...this.#joined.keys()].map((id) => this.#network(id)),
      );
    if (request.method === 'POST') this.#joined.set(network, { ...this.#joined.get(network), ...told });
    if (request.method === 'DELETE') return say(200, this.#joined.delete(network) ? { result: true } : {});
    return this.#joined.has(network) ? say(200, this.#network(network)) : say(404, {});
  }

  #status(): Record<string, unknown> {
    const { settings } = recorded('status')['config'] as { settings: object };
    return { ...recorded('status'), config: { settings: { ...settings, ...this.settings } } };
  }

  #network(id: string): Record<string, unknown> {
    return { ...recorded('network-denied'), id, nwid: id, ...this.#joined.get(id), ...this.script.get(id) };
  }
}
