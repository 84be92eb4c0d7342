import { contains, parseIp, parsePrefix, scopeOf } from '../inet.js';
import type { Message } from '../messages.js';
import type { Node } from '../node.js';
import { controllerRoutes } from './controller-routes.js';
import { bare, emptyObject, type HttpAnswer, type HttpRequest } from './http-message.js';
import { moonRoutes } from './moon-routes.js';
import { networkRoutes } from './network-routes.js';
import { peerRoutes } from './peer-routes.js';
import type { Route } from './route.js';
import { statusRoutes } from './status-routes.js';

const routes: readonly Route[] = [...statusRoutes, ...networkRoutes, ...peerRoutes, ...moonRoutes, ...controllerRoutes];

export interface Served {
  readonly node: Node;
  /** Null: the daemon never answers and leaves the connection open, although it carries out the request. */
  readonly answer: HttpAnswer | null;
  readonly out: readonly Message[];
}

/** Loopback always may, others only if local.conf names them; the token alone is not enough. */
function mayConnect(node: Node, remote: string): boolean {
  const ip = parseIp(remote.replace(/^::ffff:/, ''));
  if (!ip) return false;
  if (scopeOf(ip) === 'loopback') return true;
  const settings = node.localConfig?.['settings'] as { allowManagementFrom?: unknown } | undefined;
  const allowed = Array.isArray(settings?.allowManagementFrom) ? settings.allowManagementFrom : [];
  return allowed.some((entry) => {
    const prefix = typeof entry === 'string' ? parsePrefix(entry) : undefined;
    return prefix !== undefined && contains(prefix, ip);
  });
}

/** Uses the first token found in header, query and bearer. */
function presentedToken(request: HttpRequest, query: string): string | undefined {
  const fromQuery = /(?:^|&)auth=([^&]*)/.exec(query)?.[1];
  const bearer = /^bearer (.*)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  return request.headers['x-zt1-auth'] ?? fromQuery ?? bearer;
}

const NO_TOKEN_NEEDED = ['/health', '/sso'];

/** A daemon's whole local HTTP API. `draw` in [0, 1) replaces the daemon's own random numbers. */
export function serve(node: Node, request: HttpRequest, now: number, draw: number): Served {
  const [path = '', query = ''] = request.path.split('?');
  const authorized = NO_TOKEN_NEEDED.includes(path) || presentedToken(request, query) === node.token;
  if (!mayConnect(node, request.remote ?? '127.0.0.1') || !authorized)
    return { node, answer: emptyObject(401), out: [] };
  for (const { methods, pattern, handle } of routes) {
    const match = methods.includes(request.method) ? pattern.exec(path) : null;
    if (!match) continue;
    const outcome = handle({ node, parts: match.slice(1), body: request.body, now, draw });
    const hangs = request.body === undefined && (request.method === 'POST' || request.method === 'PUT');
    return { node: outcome.node ?? node, answer: hangs ? null : outcome.answer, out: outcome.out ?? [] };
  }
  return { node, answer: bare(404), out: [] };
}
