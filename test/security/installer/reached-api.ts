import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trustedFetch } from '@orrery/shared/tls';
import type { z } from 'zod';
import { startNats } from '../../../scripts/servers/nats-server.mjs';
import { makeTls } from '../../../scripts/start/outside.mjs';
import { makeTrust } from '../../../scripts/start/trust.mjs';
import { migratedDatabase } from '../../support/migrated-database.js';
import { eventually, freePort, reapAtExit, startPostgres, temporaryFolder } from '../../support/servers.js';
import { buildOnce, ROOT } from '../../support/system/build.js';
import { RunningProcess } from '../../support/system/running-process.js';

/**
 * API and NATS as `npm start -- --listen 0.0.0.0 --url https://ADDRESS:PORT` runs them: other machines reach them, over
 * TLS alone.
 */
export class ReachedApi {
  private constructor(
    readonly url: string,
    private readonly secrets: string,
    private readonly stopAll: () => Promise<unknown>,
  ) {}

  static async start(address: string): Promise<ReachedApi> {
    await buildOnce();
    const [home, port, postgres] = await Promise.all([temporaryFolder('api'), freePort(), startPostgres()]);
    const secrets = join(home, 'secrets');
    await mkdir(secrets, { mode: 0o700 });
    const url = `https://${address}:${port}`;
    const listen = '0.0.0.0';
    const tls = await makeTls({ tls: true, home, listen, publicUrl: url, secrets } as never, ROOT, {});
    const files = { dir: join(home, 'nats'), logFile: join(home, 'nats.log'), name: `orrery-${port}` };
    const nats = await startNats({ ...files, trust: await makeTrust({ secrets }, ROOT), tls, listen });
    await reapAtExit(nats.pid);
    const api = await RunningProcess.start('apps/api/dist/program.js', {
      ...{ ORRERY_HOME: home, ORRERY_PORT: `${port}`, ORRERY_LISTEN: listen, ORRERY_PUBLIC_URL: url },
      ...{ DATABASE_URL: (await migratedDatabase(postgres)).url, ORRERY_HEARTBEAT_SECONDS: '1' },
      ...{ NATS_URL: `tls://127.0.0.1:${nats.port}`, ORRERY_AGENT_NATS_URL: `tls://${address}:${nats.port}` },
    });
    const reached = new ReachedApi(url, secrets, () =>
      Promise.all([api.kill(), nats.kill()]).then(() => postgres.close()),
    );
    const ready = async () => api.exited || (await reached.fetch('GET', '/readyz')).ok;
    await eventually(ready, { within: 60_000, what: 'the API is ready' });
    if (api.exited) throw new Error(`the API has ended: ${api.output.slice(-2000)}`);
    return reached;
  }

  async ask<Schema extends z.ZodType>(method: string, path: string, schema: Schema, body?: object) {
    const answer = await this.fetch(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }

  close(): Promise<unknown> {
    return this.stopAll();
  }

  async fetch(method: string, path: string, body?: object): Promise<Response> {
    const [token, ca] = await Promise.all([this.#secret('admin.token'), this.#secret('tls/ca.crt')]);
    const headers = {
      authorization: `Bearer ${token.trim()}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    return trustedFetch(this.url + path, init, { ca });
  }

  #secret(name: string): Promise<string> {
    return readFile(join(this.secrets, name), 'utf8');
  }
}
