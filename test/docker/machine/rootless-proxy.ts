import { createServer, request, type RequestOptions } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The engine behind another socket, where it says of itself that it is rootless. Only requests without an upgrade pass. */
export async function rootlessProxy(socketPath: string): Promise<{ socket: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-rootless-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer((asked, answered) => {
    const { method, url = '', headers } = asked;
    const isInfo = /\/info$/.test(url);
    const ask: RequestOptions = { socketPath, path: url, headers: { ...headers }, ...(method && { method }) };
    const passed = request(ask, (answer) => {
      if (isInfo) {
        answer.resume();
        answered.writeHead(200, { 'content-type': 'application/json' });
        return answered.end(JSON.stringify({ SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] }));
      }
      answered.writeHead(answer.statusCode ?? 502, answer.headers);
      return answer.pipe(answered);
    });
    passed.on('error', () => answered.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
