import { spawn, type ChildProcess } from 'node:child_process';
import { eventually } from '../../support/eventually.js';
import type { DockerSystem } from './docker-system.js';

/** `/` has a text, `/away` redirects to the query parameter `to`, `/large` is a megabyte, `/silent` never answers. */
const SERVER = `require('node:http').createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://here');
  if (pathname === '/away') return response.writeHead(302, { location: searchParams.get('to') }).end();
  if (pathname === '/large') return response.end('x'.repeat(1_000_000));
  if (pathname !== '/silent') response.end('what only the server knows');
}).listen(Number(process.argv[1]), process.argv[2], () => console.log('listens'));`;

/** A page that is served from inside the network namespace of a container, at one of its addresses. */
export class ServedPage {
  private constructor(private readonly process: ChildProcess) {}

  static async serve(world: DockerSystem, name: string, address: string, port: number): Promise<ServedPage> {
    const { State } = await world.container(name).inspect();
    const inside = [`--net=/proc/${State.Pid}/ns/net`, '--', process.execPath, '-e', SERVER, String(port), address];
    const child = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => said.includes('listens'), { within: 15_000, what: 'a page is served' });
    return new ServedPage(child);
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}
