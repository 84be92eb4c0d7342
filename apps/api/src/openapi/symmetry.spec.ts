import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { loadConfig } from '../config.js';
import { describeApi } from './describe-api.js';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  pattern?: string;
}
interface Content {
  content?: Record<string, { schema?: Schema }>;
}
interface Described {
  'x-orrery-policy': string;
  parameters?: { in: string; name: string }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** Acts on a thing that has a path of its own: they create nothing that could be read there. */
const ACTS = /^(doctor|pause|restart|resume|revoke|rotate)$/;
/** How a machine becomes a host: read as `/v1/hosts`. */
const ENROLMENT = ['join', 'key'];
/** They make nothing with a path of its own: a nonce is not stored, and a login is read as `/v1/me`. */
const UNREADABLE = ['/v1/join/nonce', '/v1/logins'];

/** Fields of requests that cannot be read again under their name, with the reason. */
const NOT_READ: Record<string, string[]> = {
  '/v1/commands': ['selector', 'command', 'confirm'], // it becomes one command for each host
  '/v1/controllers': ['token'], // a secret
  '/v1/join-tokens': ['expiresIn'], // expiresAt
  '/v1/tokens': ['expiresIn'], // expiresAt
  '/v1/networks/{network}/admissions': ['selector', 'pending', 'for'], // verdict.until
  '/v1/networks/{network}/admissions/{node}': ['for', 'name', 'addresses', 'bridge', 'noAutoAssign'], // verdict.until; record
  '/v1/nodes/{node}/networks/{network}': ['adopt'], // managed
};

describe('anything that can be written', () => {
  let paths: Record<string, Record<string, Described>>;
  let schemas: Record<string, Schema>;

  beforeAll(async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', NATS_URL: 'nats://127.0.0.1:1' };
    const document = await describeApi(loadConfig({ ...env, ORRERY_HOME: await temporaryFolder('symmetry') }));
    paths = document.paths as unknown as Record<string, Record<string, Described>>;
    schemas = document.components?.schemas ?? {};
  });

  const writes = (method: string) =>
    Object.keys(paths).filter((path) => {
      const policy = paths[path]?.[method]?.['x-orrery-policy'];
      return policy !== undefined && !ENROLMENT.includes(policy) && !UNREADABLE.includes(path);
    });
  const readable = (path: string) => paths[path]?.get !== undefined;
  /** The path of one element of a collection. */
  const oneOf = (path: string) =>
    Object.keys(paths).find((other) => other.replace(/\/\{\w+\}$/, '') === path && other !== path);

  function propertiesOf(schema: Schema | undefined): string[] {
    if (schema === undefined) return [];
    if (schema.$ref) return propertiesOf(schemas[schema.$ref.replace('#/components/schemas/', '')]);
    const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
    return [...new Set([...Object.keys(schema.properties ?? {}), ...parts.flatMap(propertiesOf)])];
  }
  const jsonOf = (content: Content | undefined) => propertiesOf(content?.content?.['application/json']?.schema);
  const sentTo = (method: string, path: string) =>
    jsonOf(paths[path]?.[method]?.requestBody).filter((name) => !NOT_READ[path]?.includes(name));

  it('with PUT or PATCH can be read with GET, with all of its parts', () => {
    expect(sentTo('put', '/v1/hosts/{host}/containers/{name}')).toEqual(['networks', 'image', 'limits', 'settings']);
    const [puts, patches] = [writes('put'), writes('patch')];
    expect([puts.length > 3, patches.length > 2]).toEqual([true, true]);
    expect([...puts, ...patches].filter((path) => !readable(path))).toEqual([]);
    const unread = [...puts.map((path) => ['put', path]), ...patches.map((path) => ['patch', path])].flatMap(
      ([method = '', path = '']) => {
        const read = jsonOf(paths[path]?.get?.responses['200']);
        return sentTo(method, path)
          .filter((name) => !read.includes(name) && name !== 'setLabels')
          .map((name) => `${method} ${path}: ${name}`);
      },
    );
    expect(unread.filter((one) => !one.endsWith('/v1/controllers/{controller}: token'))).toEqual([]);
  });

  it('with POST can be read with GET, as a list and individually, with all of its parts', () => {
    const made = writes('post').filter((path) => !ACTS.test(path.slice(path.lastIndexOf('/') + 1)));
    expect(made.length).toBeGreaterThan(6);
    expect(made.filter((path) => !readable(path))).toEqual([]);
    expect(made.filter((path) => !readable(oneOf(path) ?? ''))).toEqual([]);
    const unread = made.flatMap((path) => {
      const read = jsonOf(paths[oneOf(path) ?? '']?.get?.responses['200']);
      return sentTo('post', path)
        .filter((name) => !read.includes(name))
        .map((name) => `${path}: ${name}`);
    });
    expect(unread).toEqual([]);
  });

  it('by an action belongs to something that can be read', () => {
    const acts = writes('post').filter((path) => ACTS.test(path.slice(path.lastIndexOf('/') + 1)));
    expect(acts.length).toBeGreaterThan(3);
    expect(acts.filter((path) => !readable(path.slice(0, path.lastIndexOf('/'))))).toEqual([]);
  });

  it('has every duration as 90s, and every confirmation as confirm', () => {
    const names = Object.keys(paths).flatMap((path) =>
      ['put', 'patch', 'post'].flatMap((method) => jsonOf(paths[path]?.[method]?.requestBody)),
    );
    expect(names).toEqual(expect.arrayContaining(['expiresIn', 'for', 'ephemeral', 'timeout', 'confirm']));
    expect(names.filter((name) => /seconds|millis|Ms$|expect|force/i.test(name))).toEqual([]);
    const parameters = Object.values(paths).flatMap((path) =>
      Object.values(path).flatMap((one) => one.parameters ?? []),
    );
    const queries = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    expect(queries).toContain('confirm');
    expect(queries.filter((name) => /seconds|force|expect/i.test(name))).toEqual([]);
  });
});
