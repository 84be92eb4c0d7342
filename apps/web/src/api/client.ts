import { door } from '../door/door.js';
import type { components, paths } from './openapi.golden.js';
import { TaggedAnswers } from './tagged-answers.js';

type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
/** A schema of the OpenAPI document by its name. */
export type Shape<Name extends keyof Schemas> = Schemas[Name];

type Json = { responses: { 200: { content: { 'application/json': unknown } } } };
/** The paths that can be read as JSON. */
export type ReadPath = { [P in keyof paths]: paths[P] extends { get: Json } ? P : never }[keyof paths];
export type Answer<P extends ReadPath> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

type Values = Record<string, string | number | boolean | undefined>;
export interface Asking {
  /** What stands in braces in the path. */
  path?: Record<string, string>;
  query?: Values;
}

const PATIENCE_MS = 20_000;

/** The API refused, and says why and what to do. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** No answer of the API arrived. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('Orrery cannot be reached', { cause });
  }
}

export function urlOf(path: string, { path: parts = {}, query = {} }: Asking): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(parts[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${filled}?${search.toString()}` : filled;
}

const tagged = new TaggedAnswers();

/** The same object as before if the API says that it is still the same. */
export async function read<P extends ReadPath>(path: P, asking: Asking = {}, signal?: AbortSignal): Promise<Answer<P>> {
  const url = urlOf(path, asking);
  const login = door.secret;
  const before = tagged.of(login, url);
  const response = await ask('GET', url, { signal, tag: before?.tag });
  if (response.status === 304 && before) return before.body as Answer<P>;
  const body = (await response.json()) as Answer<P>;
  const tag = response.headers.get('etag');
  if (tag !== null) tagged.keep(login, url, { tag, body });
  return body;
}

/** A change: `PUT /v1/networks/{network}/admissions/{node}`, as it is named in POLICIES. */
export async function change(
  operation: string,
  asking: Asking,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const [method = '', path = ''] = operation.split(' ');
  const response = await ask(method, urlOf(path, asking), { body, headers });
  return response.status === 204 ? undefined : response.json();
}

interface Sending {
  body?: unknown;
  signal?: AbortSignal;
  accept?: string;
  /** Of what is there already: the answer is 304 if it is still the same. */
  tag?: string;
  headers?: Record<string, string>;
}

/** A request with the login, whose answer is a success; throws ApiProblem or Unreachable. */
export async function ask(
  method: string,
  url: string,
  { body, signal, accept = 'application/json', tag, headers = {} }: Sending = {},
): Promise<Response> {
  const secret = door.secret;
  const response = await send(url, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: {
      ...headers,
      accept,
      ...(secret === undefined ? {} : { 'orrery-login': secret }),
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: accept === 'text/event-stream' ? signal : patient(signal),
  });
  if (response.ok || (response.status === 304 && tag !== undefined)) return response;
  const problem = await problemIn(response);
  if (problem.problem.code === 'unauthenticated' && secret !== undefined) door.ended(secret);
  throw problem;
}

const patient = (signal?: AbortSignal) =>
  signal ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) : AbortSignal.timeout(PATIENCE_MS);

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable(error);
  }
}

/** What is no problem of the API comes from something between it and the browser. */
async function problemIn(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (!isProblem) throw new Unreachable(`status ${response.status}`);
  return new ApiProblem((await response.json()) as Problem);
}
