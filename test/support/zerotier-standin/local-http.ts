import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpAnswer, HttpRequest } from '../../../libs/simulator/src/model/http/http-message.js';

async function read(request: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers,
    remote: request.socket.remoteAddress ?? '',
    ...(hasBody && { body: Buffer.concat(chunks).toString('utf8') }),
  };
}

/** In two writes on a socket with Nagle's algorithm, like the real one: each answer after the first on a connection takes 40 ms. */
function write(response: ServerResponse, answer: HttpAnswer): void {
  response.statusCode = answer.status;
  if (answer.contentType !== null) response.setHeader('Content-Type', answer.contentType);
  response.setHeader('Content-Length', Buffer.byteLength(answer.body));
  response.flushHeaders();
  response.end(answer.body);
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * The daemon's HTTP server on all addresses. A handler that returns null leaves the caller waiting on an open
 * connection.
 */
export async function startHttp(
  port: number,
  handle: (request: HttpRequest) => Promise<HttpAnswer | null>,
): Promise<Server> {
  const server = createServer({ noDelay: false }, (request, response) => {
    read(request)
      .then(handle)
      .then((answer) => {
        if (answer) write(response, answer);
      })
      .catch(() => {
        response.destroy();
      });
  });
  try {
    await listen(server, port, '::');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    await listen(server, port, '0.0.0.0');
  }
  return server;
}
