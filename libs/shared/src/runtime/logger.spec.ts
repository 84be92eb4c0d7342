import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { LogRepeats, WINDOW_MS } from './log-repeats.js';
import { RotatingOutput } from './rotating-output.js';
import { Secret } from './secret.js';

type Line = Record<string, unknown>;

function listen() {
  const texts: string[] = [];
  let now = 0;
  const output = { write: (text: string) => void texts.push(text) };
  const logger = createLogger('test', 'debug', { output, repeats: new LogRepeats(() => now) });
  return {
    logger,
    texts,
    lines: () => texts.map((text) => JSON.parse(text) as Line),
    pass: (ms: number) => (now += ms),
  };
}

describe('a log line', () => {
  it('has bounded fields and a bounded message, whatever others put into them', () => {
    const { logger, texts, lines } = listen();
    const huge = 'x'.repeat(1_000_000);
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field${n}`, huge]));
    logger.warn({ event: 'test.huge', cause: huge, list: [huge], ...fields }, huge);
    expect(texts[0]?.length).toBeLessThan(12_000);
    expect(lines()[0]).toMatchObject({ event: 'test.huge', cause: expect.stringMatching(/^x{1999}…$/), level: 40 });
    expect(lines()[0]?.['cut']).toContain('field9');
  });

  it('is logged as given when it is short: numbers, lists, secrets and errors', () => {
    const { logger, lines } = listen();
    logger.info({ event: 'test', n: 1, ok: true, no: null, list: ['a'], key: new Secret('hidden') }, 'short');
    logger.error(new Error('broken'), 'failed');
    const circle: Line = { event: 'test.circle' };
    circle['self'] = circle;
    logger.info(circle);
    expect(lines()[0]).toMatchObject({ n: 1, ok: true, no: null, list: ['a'], key: '[redacted]', msg: 'short' });
    expect(lines()[1]).toMatchObject({ err: { message: 'broken' }, msg: 'failed' });
    expect(lines()[2]).toMatchObject({ event: 'test.circle' });
  });
});

describe('a line that is logged repeatedly', () => {
  it('is logged a few times a minute, then counted, and the count is logged at the end of the minute', () => {
    const { logger, lines, pass } = listen();
    for (let times = 0; times < 20_000; times++) logger.warn({ event: 'bus.reply-refused', subject: 'a' }, 'dropped');
    expect(lines()).toHaveLength(20);
    pass(WINDOW_MS);
    logger.info({ event: 'other' }, 'whatever comes next');
    expect(lines().slice(20)).toMatchObject([
      { event: 'bus.reply-refused', subject: 'a', suppressed: 19_980, level: 40 },
      { event: 'other' },
    ]);
    for (let times = 0; times < 30; times++) logger.warn({ event: 'bus.reply-refused', subject: 'a' }, 'dropped');
    expect(lines()).toHaveLength(20 + 2 + 19);
  });

  it('does not hide the same line about another host, other events, or debug lines', () => {
    const { logger, lines } = listen();
    for (let times = 0; times < 100; times++) logger.warn({ event: 'hello.malformed', host: 'attacker' });
    logger.warn({ event: 'hello.malformed', host: 'calm' });
    logger.warn({ event: 'hello.other' });
    for (let times = 0; times < 100; times++) logger.debug({ event: 'hello.malformed', host: 'attacker' });
    expect(lines()).toHaveLength(20 + 1 + 1 + 100);
  });

  it('is logged a hundred times when it is an error, and the rest is counted', () => {
    const { logger, lines, pass } = listen();
    for (let times = 0; times < 150; times++) logger.error({ event: 'ingest.quarantined', host: 'a' });
    expect(lines()).toHaveLength(100);
    pass(WINDOW_MS);
    logger.debug('next');
    expect(lines()[100]).toMatchObject({ event: 'ingest.quarantined', host: 'a', suppressed: 50, level: 50 });
  });

  it('has a bounded number of kinds, even when every line names another host', () => {
    const { logger, lines } = listen();
    for (let host = 0; host < 10_000; host++) logger.warn({ event: 'hello.malformed', host: `h${host}` });
    expect(lines().length).toBeLessThanOrEqual(2020);
  });
});

describe('the file of a log', () => {
  let folder: string;
  let file: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-log-'));
    file = join(folder, 'api.log');
    fd = openSync(file, 'a', 0o600);
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const line = (n: number) => `${String(n).padStart(9)}\n`;
  const numbers = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n').map(Number);

  it('stays small while it is written, with two older files beside it, and loses none of their lines', () => {
    const output = RotatingOutput.of(fd, file, 1000);
    for (let n = 1; n <= 250; n++) output?.write(line(n));
    expect(readdirSync(folder).sort()).toEqual(['api.log', 'api.log.1', 'api.log.2']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1000);
    expect(numbers('api.log.1')).toEqual(Array.from({ length: 100 }, (_, at) => at + 101));
    expect(numbers('api.log')).toEqual(Array.from({ length: 50 }, (_, at) => at + 201));
    for (let n = 251; n <= 2000; n++) output?.write(line(n));
    expect(readdirSync(folder)).toHaveLength(3);
    expect(numbers('api.log').at(-1)).toBe(2000);
  });

  it('includes what it already contained in its size', () => {
    writeSync(fd, 'x'.repeat(995));
    RotatingOutput.of(fd, file, 1000)?.write(line(1));
    expect([numbers('api.log'), statSync(`${file}.1`).size]).toEqual([[1], 995]);
  });

  it('is left alone when the output is something other than that file', () => {
    const other = join(folder, 'other.log');
    expect(RotatingOutput.of(fd, other)).toBeUndefined();
    expect(RotatingOutput.of(fd, undefined)).toBeUndefined();
    closeSync(openSync(other, 'a'));
    expect(RotatingOutput.of(fd, other)).toBeUndefined();
    expect(RotatingOutput.of(fd, file)).toBeDefined();
  });
});
