import type { FastifyInstance } from 'fastify';
import { badRequest } from './schema.pipe.js';

/**
 * Orrery's own bodies are nested at most eight deep. Code that walks a body may recurse, so this limit is checked
 * first.
 */
const DEEPEST = 32;

/** The only parser of bodies: Fastify's own, after a check of the nesting depth. */
export function parseJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (isDeeperThan(text, DEEPEST)) done(badRequest([{ message: `the body is nested more than ${DEEPEST} deep` }]));
    else void parse(request, text, done);
  });
}

/**
 * Brackets within strings do not count. For invalid JSON the result does not matter, because the parser refuses it
 * anyway.
 */
export function isDeeperThan(json: string, most: number): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (isText) {
      if (character === '\\') at++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '[' || character === '{') {
      if (++depth > most) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}
