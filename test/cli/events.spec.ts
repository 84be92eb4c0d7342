import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type CloudEvent, EventPage, HostPage } from '@orrery/shared/contracts';
import { eventually } from '../support/eventually.js';
import { startCli } from './support/cli-process.js';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { event, host, id } from './support/stub-data.js';

// Separate processes, on a machine that can be busy.
jest.setTimeout(60_000);

const STREAM = 'GET /v1/events/stream';
const page = (...items: CloudEvent[]) => json(EventPage, { items, next: null });
const frame = (item: CloudEvent) => `id: ${item.id}\ndata: ${JSON.stringify(item)}\n\n`;

describe('orrery events', () => {
  let api: StubApi;
  let streams: ServerResponse[];
  beforeEach(async () => {
    api = await StubApi.start();
    streams = [];
    api.on('GET /v1/events', () => page(event(3, 'item.settled')));
    api.on(STREAM, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 20\n\n');
      streams.push(response);
      return undefined;
    });
  });
  afterEach(() => api.close());

  it('prints the newest event last, with the important parts of its data', async () => {
    const outcome = { kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'f' };
    api.on('GET /v1/events', () =>
      page(
        event(2, 'item.settled', { data: { outcome } }),
        event(1, 'interface.up', { data: { device: 'ztmjfmfyq5' } }),
      ),
    );
    const { out } = await runCli('events --since 1h --type item.*,interface.*', api.env);
    expect(api.requests[0]?.query).toEqual({ since: '1h', type: 'item.*,interface.*', limit: '50' });
    const lines = out.split('\n');
    expect(lines[1]).toMatch(/interface\.up +web-1\/demo\/8056c2e21c000001 +ztmjfmfyq5$/);
    expect(lines[2]).toMatch(/item\.settled .* waiting: authorization not authorized$/);
  });

  it('tells how long ago an event happened, not when the API received it', async () => {
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    api.on('GET /v1/events', () => page(event(1, 'node.up', { time: ago(61_000), orrerycommittime: ago(1000) })));
    expect((await runCli('events', api.env)).out.split('\n')[1]).toMatch(/^1m +node\.up/);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['host.joined', { name: 'web-1', labels: { site: 'cloud', gpu: '' }, by: 'join' }, 'site=cloud,gpu by join'],
    ['host.started', { agentVersion: '0.1.0', simulated: true }, 'agent 0.1.0'],
    ['command.delivered', { action: 'launch', target: 'demo on web-1', by: 'agent' }, 'launch demo on web-1'],
  ])('prints the important data of %s', async (type, data, text) => {
    api.on('GET /v1/events', () => page(event(1, type, { data })));
    expect((await runCli('events', api.env)).out.split('\n')[1]).toMatch(new RegExp(` ${text}$`));
  });

  it('prints an event with any data', async () => {
    const data = { stage: 7, route: null, outcome: 'x', finding: [], exitCode: '1', address: { deep: true } };
    api.on('GET /v1/events', () => page(event(1, 'thing.unheard-of', { data, subject: null })));
    expect((await runCli('events', api.env)).out).toMatch(/thing\.unheard-of +web-1 +-$/);
  });

  describe('-f', () => {
    const open = async (count = 1) => {
      await eventually(() => streams.length === count, { what: `stream ${count}` });
      return streams[count - 1] as ServerResponse;
    };
    const follow = (words: string[] = []) => startCli(['events', '-f', ...words], api.env);

    it('starts after the newest event, prints each new one, and exits 0 at Ctrl-C', async () => {
      const cli = follow();
      (await open()).write(frame(event(4, 'authorization.requested')));
      await eventually(() => cli.seen().includes('authorization.requested'));
      expect(api.asked(STREAM)[0]?.query).toEqual({ after: 'main-3' });
      expect(cli.seen()).not.toContain('item.settled');
      cli.child.kill('SIGINT');
      expect(await cli.ended).toMatchObject({ code: 0 });
    });

    it('prints the events since --since first, in order, and continues after the last', async () => {
      api.on('GET /v1/events', ({ query }) =>
        query.since ? page(event(1, 'node.up'), event(2, 'node.down')) : page(event(2, 'node.down')),
      );
      const cli = follow(['--since', '10m', '-o', 'name']);
      (await open()).write(frame(event(3, 'node.up')));
      await eventually(() => cli.seen() === 'main-1\nmain-2\nmain-3\n');
      expect(api.asked('GET /v1/events')[1]?.query).toMatchObject({ since: '10m', order: 'asc' });
      expect(api.asked(STREAM)[0]?.query).toEqual({ after: 'main-2' });
      cli.child.kill('SIGINT');
      await cli.ended;
    });

    it('resumes an interrupted stream after the last event, and reports a reset', async () => {
      const cli = follow(['-o', 'json']);
      const first = await open();
      first.write(frame(event(4, 'node.up')));
      await eventually(() => cli.seen().includes('main-4'));
      first.destroy();
      const second = await open(2);
      expect(api.asked(STREAM)[1]?.headers['last-event-id']).toBe('main-4');
      second.write(`event: reset\ndata: {}\n\n${frame(event(9, 'node.down'))}`);
      await eventually(() => cli.seen().includes('main-9'));
      const lines = cli.seen().trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as CloudEvent).id)).toEqual(['main-4', 'main-9']);
      cli.child.kill('SIGINT');
      const { err } = await cli.ended;
      expect(err).toContain('resuming');
      expect(err).toContain('reset');
    });

    it('reconnects when the API answers 503 for a while', async () => {
      api.on(STREAM, () => problem(503, 'store-unavailable', 'the database is away'));
      const cli = follow(['-o', 'name']);
      await eventually(() => api.asked(STREAM).length > 0);
      api.on(STREAM, (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frame(event(4, 'node.up')));
        return undefined;
      });
      await eventually(() => cli.seen() === 'main-4\n');
      cli.child.kill('SIGINT');
      await cli.ended;
    });

    it('ends with the problem of the API when it refuses', async () => {
      api.on(STREAM, () => problem(404, 'unknown-host', 'There is no host web-9.'));
      const { code, err } = await follow(['--host', 'web-9']).ended;
      expect(code).toBe(2);
      expect(err).toContain('There is no host web-9. (unknown-host)');
    });

    it('prints only events of matching hosts with -l', async () => {
      api.on('GET /v1/hosts', () => json(HostPage, { items: [host('web-2', {}, 2)], next: null }));
      const cli = follow(['-l', 'tier=web', '-o', 'name']);
      (await open()).write(frame(event(4, 'node.up')) + frame(event(5, 'node.up', { orreryhost: id('hst', 2) })));
      await eventually(() => cli.seen() === 'main-5\n');
      cli.child.kill('SIGINT');
      await cli.ended;
    });
  });
});
