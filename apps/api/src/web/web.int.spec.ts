import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { sendRaw } from '../../../../test/support/raw-http.js';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { WebFiles } from './web-files.js';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** A dashboard of three files stands for the built one, whose own tests are in test/browser. */
async function builtPages(): Promise<WebFiles> {
  const folder = await temporaryFolder('pages');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Orrery</title>');
  await writeFile(join(folder, 'assets/main-ABC.js'), `/* ${'x'.repeat(5000)} */`);
  await writeFile(join(folder, 'assets/inter-ABC.woff2'), Buffer.alloc(2000, 7));
  return WebFiles.read(folder);
}

describe('the pages of the dashboard', () => {
  const { api } = apiFixture();
  beforeAll(async () => {
    const pages = await builtPages();
    Object.assign(api.app.get(WebFiles, { strict: false }), pages);
  });

  const page = (path: string, headers: Record<string, string> = HTML) => api.raw('GET', path, { token: null, headers });

  it.each(['/', '/hosts', '/hosts/web-1', '/memberships/web-1%2Fdemo/8056c2e21c000001', '/events?q=x'])(
    'are served at %s without a token, are never stored, and may load only what this API serves',
    async (path) => {
      const answer = await page(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-security-policy')).toBe(PAGE_POLICY);
      expect(await answer.text()).toContain('<title>Orrery</title>');
    },
  );

  it('are for browsers: a program that asks for JSON gets a problem at the same address', async () => {
    for (const accept of ['application/json', '*/*'])
      await api.refused('GET', '/hosts', 'unknown-route', { headers: { accept } });
    expect((await page('/hosts')).status).toBe(200);
  });

  it('do not hide unknown paths of the API or other methods', async () => {
    for (const path of ['/v1', '/v1/nothing', '/v1/hosts/x/nothing', '/nothing', '/assets/../index.html'])
      await api.refused('GET', path, 'unknown-route', { headers: HTML });
    await api.refused('POST', '/hosts', 'method-not-allowed', { body: {} });
    await api.refused('PUT', '/hosts/web-1', 'method-not-allowed', { body: {} });
  });

  it('load files that browsers keep for ever, compressed once', async () => {
    const port = Number(new URL(api.url).port);
    const raw = await sendRaw(
      port,
      [
        'GET /assets/main-ABC.js HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Connection: close',
        'Accept-Encoding: gzip',
        '',
        '',
      ].join('\r\n'),
    );
    expect(raw).toMatch(/cache-control: public, max-age=31536000, immutable/);
    expect(raw).toMatch(/content-encoding: gzip/);
    expect(raw).toMatch(/content-security-policy: default-src 'none'; frame-ancestors 'none'/);
    const plain = await page('/assets/main-ABC.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect((await plain.text()).length).toBe(5006);
    const font = await page('/assets/inter-ABC.woff2');
    expect(font.headers.get('content-type')).toBe('font/woff2');
    expect(font.headers.get('content-encoding')).toBeNull();
    expect((await font.arrayBuffer()).byteLength).toBe(2000);
  });

  it('have no file of another name, and none outside their folder', async () => {
    for (const name of ['main-XYZ.js', '..%2findex.html', '%2e%2e%2findex.html', 'assets', '__proto__'])
      await api.refused('GET', `/assets/${name}`, 'unknown-route', { headers: HTML });
  });
});

describe('files of the dashboard', () => {
  it('that were not built are a problem that says how to build them', async () => {
    const files = WebFiles.read(await temporaryFolder('no-pages'));
    expect(() => files.page).toThrow('the dashboard is not built');
    expect(files.asset('main-ABC.js')).toBeUndefined();
    const built = await builtPages();
    expect(built.page).toContain('Orrery');
    expect(gunzipSync(built.asset('main-ABC.js')?.gzip() ?? '')).toHaveLength(5006);
  });
});
