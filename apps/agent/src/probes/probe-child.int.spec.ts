import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { ROOT } from '../../../../test/support/system/build.js';
import { PROBE_CHILD } from './child-command.js';
import type { ChildAsk } from './child-words.js';

const NOBODY = 65534;
const PROGRAM = join(ROOT, 'apps/agent/dist/program.js');
/** Node of Debian 13: linked against libuv of the distribution, it refuses to change users. */
const REFUSES = `for (const name of ['setgroups', 'setgid', 'setuid'])
  process[name] = () => { throw Object.assign(new Error(name + '() disabled'), { code: 'ERR_INVALID_STATE' }); };`;

(process.getuid?.() === 0 ? describe : describe.skip)('the child that asks a server', () => {
  let server: Server;
  let port: number;
  let folder: string;
  let stub: string;
  /** Who asked: users of the sockets at the other end. */
  let users: number[];
  let open: Socket[];

  beforeEach(async () => {
    [users, open] = [[], []];
    server = createServer((request, response) => {
      open.push(request.socket);
      void userOf(request.socket.remotePort ?? 0).then((user) => {
        users.push(user);
        if (request.url !== '/silent') response.end('page');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    folder = await mkdtemp(join(tmpdir(), 'orrery-child-'));
    await chmod(folder, 0o755);
    stub = join(folder, 'refuses.cjs');
    await writeFile(stub, REFUSES);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    server.closeAllConnections();
    server.close();
  });

  /** The kernel's table says whose a socket is. Both ends count: others may have used the port a moment ago. */
  const userOf = async (local: number) => {
    const [from, to] = [local, port].map((one) => `0100007F:${one.toString(16).toUpperCase().padStart(4, '0')}`);
    const row = (await readFile('/proc/net/tcp', 'utf8')).split('\n').find((line) => line.includes(`${from} ${to}`));
    return Number(row?.trim().split(/\s+/)[7]);
  };
  function start(path: string, { node = [], by = [] }: { node?: string[]; by?: string[] } = {}) {
    const [program = '', ...words] = [...by, process.execPath, ...node, PROGRAM, PROBE_CHILD];
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const url = `http://127.0.0.1:${port}${path}`;
    const ask: ChildAsk = { kind: 'http', address: '127.0.0.1', device: null, port, maxBytes: 100, url };
    child.stdin.end(JSON.stringify(ask));
    return child;
  }

  /** As the agent of docker-compose.yml is. */
  const powerless = ['setpriv', '--bounding-set', '-setuid,-setgid'];

  it.each([
    ['is nobody by itself', false, [], NOBODY],
    ['is nobody by starting itself again, where Node refuses to change users', true, [], NOBODY],
    ['stays who it is where the kernel does not let it change users', false, powerless, 0],
    ['stays who it is where neither lets it', true, powerless, 0],
  ])('%s', async (_how, refuses, by, user) => {
    const child = start('/', { by, node: refuses ? ['--require', stub] : [] });
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(said).toContain('"status":200');
    expect(child.exitCode).toBe(0);
    expect(users).toEqual([user]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('ends with the one that started it, by %s', async (signal) => {
    const child = start('/silent', { node: ['--require', stub] });
    await eventually(() => users.length > 0, { what: 'the server is asked' });
    const [socket] = open;
    const closed = socket && once(socket, 'close');
    child.kill(signal);
    await Promise.all([closed, once(child, 'exit')]);
    expect(users).toEqual([NOBODY]);
  });
});
