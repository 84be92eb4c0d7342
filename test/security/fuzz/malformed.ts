import fc from 'fast-check';

interface Malformed {
  seed: number;
  count: number;
  host: string;
  token: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'FOO', ''];
const PATHS = ['/v1/hosts', '/v1/commands', '/v1/join', '/v1/nodes/x/networks/y', '/healthz', '/docs', '//', '*', '/%'];
const BODIES = [
  '{"name":',
  '[[[[[[',
  '{"__proto__":{"a":1}}',
  '\0\0',
  '"\\ud800"',
  '1e999999',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '{"a":1}{"b":2}',
  'null',
];
const HEADERS = [
  'Content-Length: 99999999999999999999',
  'Content-Length: -1',
  'Content-Length: 5',
  'Content-Length: 0x5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: xchunked',
  'Content-Encoding: gzip',
  'Content-Type: application/json',
  'Content-Type: application/json; charset=utf-7',
  'Content-Type: text/plain',
  'Content-Type: ;;;',
  'Expect: 100-continue',
  'Expect: nonsense',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings',
  'Range: bytes=0-18446744073709551615',
  'If-Match: "',
  'If-None-Match: *',
  'Idempotency-Key: \x7f',
  'Cookie: a=b; a=b',
  'X-Forwarded-For: 127.0.0.1',
  'Authorization: Basic eA==',
  'Accept: ;q=9',
  ' folded: header',
  'No-Colon',
  'Bad Name: x',
  'X-Nul: a\0b',
];

/**
 * Requests that no client would send: broken lines, headers that contradict each other, bodies that are cut or hostile.
 * Same seed, same bytes.
 */
export function malformedRequests({ seed, count, host, token }: Malformed): Buffer[] {
  const path = fc.oneof(
    fc.constantFrom(...PATHS),
    fc.string({ maxLength: 60, unit: 'binary' }).map((text) => `/${text}`),
  );
  const headers = fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 });
  const body = fc.oneof(fc.constantFrom(...BODIES), fc.string({ maxLength: 200, unit: 'binary' }));
  const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', '');
  const request = fc
    .record({ method: fc.constantFrom(...METHODS), path, version, headers, body, known: fc.boolean() })
    .map(({ method, path, version, headers, body, known }) => {
      const who = known ? [`Host: ${host}`, `Authorization: Bearer ${token}`] : [];
      return Buffer.from([`${method} ${path} ${version}`, ...who, ...headers, '', body].join('\r\n'), 'latin1');
    });
  const cut = fc
    .tuple(request, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([bytes, share]) => bytes.subarray(0, bytes.length * share));
  const flipped = fc.tuple(request, fc.nat()).map(([bytes, at]) => {
    const other = Buffer.from(bytes);
    if (other.length > 0) other[at % other.length] = (other[at % other.length] ?? 0) ^ (1 << (at % 8));
    return other;
  });
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const any = fc.oneof(
    { weight: 5, arbitrary: request },
    { weight: 2, arbitrary: cut },
    { weight: 2, arbitrary: flipped },
    { weight: 1, arbitrary: noise },
  );
  return fc.sample(any, { seed, numRuns: count });
}
