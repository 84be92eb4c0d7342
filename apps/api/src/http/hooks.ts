import { explain } from '@orrery/shared/contracts';
import { AppError, type Logger } from '@orrery/shared/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { PROBLEM_TYPE, toProblem } from './problem.js';
import { foreignOrigin, foreignHostHeader, isOurHost } from './foreign-requests.js';

/**
 * For every answer, including problems. The only page that the API serves is /docs, which loads nothing from elsewhere.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Runs before routing takes effect: adds headers, and refuses foreign names and other sites' pages. */
export function addDoorHooks(server: FastifyInstance, allowedHosts: readonly string[]): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    if (/^\/docs(\/|\?|$)/.test(request.url)) void reply.header('content-security-policy', DOCS_POLICY);
    const { port } = server.server.address() as AddressInfo;
    const { host } = request.headers;
    if (!isOurHost(host, port, allowedHosts)) return done(foreignHostHeader(host));
    done(foreignOrigin(request.method, request.headers));
  });
}

/** Answers what Fastify refuses before any hook runs: a URL that cannot be parsed. */
export function refuseUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { problem } = toProblem(error);
  const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id };
  void reply.code(problem.status).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/**
 * Logs one line per request: the route's pattern and the path, never the query, which may contain something
 * confidential.
 */
export function addRequestLog(server: FastifyInstance, logger: Logger): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const level = statusCode >= 500 ? 'warn' : request.method === 'GET' ? 'debug' : 'info';
    logger[level](
      {
        event: 'http.request',
        request: request.id,
        method: request.method,
        path: pathOf(request),
        route: request.routeOptions.url ?? null,
        status: statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        by: request.principal?.name ?? null,
        ...(request.principal?.login ? { login: request.principal.login } : {}),
      },
      'answered a request',
    );
    done();
  });
}

const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0]?.slice(0, 200);

/**
 * Answers a known path with another method with 405 and Allow instead of 404. Call this before the routes are added.
 */
export function trackRoutes(server: FastifyInstance): (method: string, url: string) => AppError | undefined {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const pattern = new RegExp(`^${url.replace(/[.()+]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}/?$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  return (method, url) => {
    const path = url.split('?', 1)[0] ?? '';
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    if (methods.size === 0 || methods.has(method)) return undefined;
    const allow = [...methods].sort().join(', ');
    return new AppError({
      kind: 'user',
      ...explain('method-not-allowed', { cause: `this URL does not support ${method}, only ${allow}` }),
      details: { allow },
    });
  };
}
