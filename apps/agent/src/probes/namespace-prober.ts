import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { explain, MAX_PROBE_BYTES, type ProbeResult, type ProbeTarget } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import {
  judgeAddress,
  judgeWay,
  missed,
  missedBy,
  reached,
  type ProbeEnd,
  type Prober,
  type ProbeRun,
} from '@orrery/shared/machine';
import { timeoutSignal } from '@orrery/shared/timeouts';
import { runLines } from '../kernel/run-lines.js';
import { ToolMissing } from '../kernel/run-tool.js';
import { wayTowards } from '../kernel/way-towards.js';
import { childCommand } from './child-command.js';
import { readChildWord, type ChildAsk } from './child-words.js';
import { followHttp, type Answered } from './http-hops.js';
import { pingCommand, pingEnd, readPingLine } from './ping-output.js';
import { socketTrouble } from './socket-trouble.js';

/** The destination of a probe. */
interface Place {
  address: string;
  isOnLink: boolean;
  /** The interface that was judged. Packets leave by it or not at all, even if the route has changed since. Null: any is allowed. */
  device: string | null;
}

/** Probes from inside the network namespace that `enter` leads to (empty: ours). `child`: the program that does TCP and HTTP there. */
export function namespaceProber(enter: readonly string[], child: readonly string[] = childCommand()): Prober {
  return async (run) => {
    const began = performance.now();
    const probe = new NamespaceProbe(enter, child, run);
    const found = await probe.try().catch((error: unknown) => (probe.isOver ? tooLateToTry() : whyNot(error)));
    const end = run.signal.aborted ? missed('probe-failed', 'the agent was stopped in the meantime') : found;
    const ms = Math.round(performance.now() - began);
    return { fix: '', ...end, address: probe.address, ms } satisfies ProbeResult;
  };
}

class NamespaceProbe {
  address: string | null = null;
  readonly #signal: AbortSignal;

  constructor(
    private readonly enter: readonly string[],
    private readonly child: readonly string[],
    private readonly run: ProbeRun,
  ) {
    this.#signal = AbortSignal.any([run.signal, timeoutSignal(run.timeoutMs)]);
  }

  get isOver(): boolean {
    return this.#signal.aborted;
  }

  async try(): Promise<ProbeEnd> {
    const { target } = this.run;
    switch (target.kind) {
      case 'ping':
        return this.#at(target.host, (place) => this.#ping(place, target.count));
      case 'tcp':
        return this.#at(target.host, (place) => this.#tcp(place, target));
      case 'http':
        return followHttp(target.url, this.run.tell, (url) => this.#http(url));
    }
  }

  /** Works on the first address of the host that the node is allowed to send to; or returns why there is none. */
  async #at(host: string, work: (place: Place) => Promise<ProbeEnd>): Promise<ProbeEnd> {
    const place = await this.#placeOf(host);
    return 'code' in place ? place : work(place);
  }

  async #placeOf(host: string): Promise<Place | ProbeEnd> {
    const { tell, mayLeaveNetworks } = this.run;
    if (this.isOver) return tooLateToTry();
    const addresses = await resolveName(host, this.#signal);
    if (!Array.isArray(addresses)) return addresses;
    let first: ProbeEnd | undefined;
    for (const address of addresses) {
      this.address = address;
      const why = judgeAddress(address) ?? (await this.#judgeWay(address, mayLeaveNetworks));
      if (!('code' in why)) {
        if (address !== host) tell(`${host} is ${address}`);
        return why;
      }
      first ??= why;
    }
    return first ?? missed('name-not-found', `${host} has no address`);
  }

  async #judgeWay(address: string, mayLeaveNetworks: boolean): Promise<Place | ProbeEnd> {
    const way = await wayTowards(this.enter, address, this.#signal);
    const why = judgeWay(address, way, mayLeaveNetworks);
    if (why) return why;
    if (way.kind !== 'device') return { address, isOnLink: false, device: null };
    return { address, isOnLink: way.isOnLink, device: mayLeaveNetworks ? null : way.device };
  }

  async #ping({ address, isOnLink, device }: Place, count: number): Promise<ProbeEnd> {
    const { tell, timeoutMs } = this.run;
    const lines: NonNullable<ReturnType<typeof readPingLine>>[] = [];
    const command = [...this.enter, ...pingCommand(address, device, count, timeoutMs)];
    const { exitCode, complained } = await runLines(command, {
      signal: this.#signal,
      onLine: (text) => {
        const line = readPingLine(text);
        if (!line) return;
        lines.push(line);
        if (line.kind === 'reply') tell(`seq ${line.seq}  ${line.ms} ms`);
        if (line.kind === 'unreachable') tell(`seq ${line.seq}  ${line.said}`);
      },
    });
    if (lines.length === 0 && exitCode !== 0) return brokenTool('ping', complained);
    return pingEnd(lines, count, address, isOnLink);
  }

  async #tcp(place: Place, { host, port }: Extract<ProbeTarget, { kind: 'tcp' }>): Promise<ProbeEnd> {
    const frequent = this.run.isFrequent && place.device === null ? await this.#tcpByShell(place, port) : undefined;
    if (frequent) return frequent;
    const ask: ChildAsk = { ...on(place), kind: 'tcp', port, maxBytes: 0 };
    return (await this.#ask(ask, place, `${host}:${port}`)).end;
  }

  /**
   * By a shell that only connects and reads nothing: Node takes 0.2 s of a processor to start, and on a busy machine longer than the answer.
   * Undefined: there is no such shell.
   */
  async #tcpByShell({ address, isOnLink }: Place, port: number): Promise<ProbeEnd | undefined> {
    const began = performance.now();
    const command = ['bash', '-c', ': <>"/dev/tcp/$0/$1"', address, String(port)];
    const options = { signal: this.#signal, onLine: () => undefined };
    const { exitCode, complained } = await runLines([...this.enter, ...command], options);
    const where = `${address}:${port}`;
    if (exitCode === 0)
      return reached(`${where} accepts connections`, { tcp: { connectMs: performance.now() - began } });
    if (this.#signal.aborted) return tooLate({}, where);
    const [, code] = Object.entries(SHELL_ERRORS).find(([said]) => complained.includes(said)) ?? [];
    return code === undefined ? undefined : socketTrouble({ code, message: complained }, where, isOnLink);
  }

  async #http(url: string): Promise<Answered> {
    const { protocol, hostname, port, host } = new URL(url);
    const place = await this.#placeOf(hostname.replace(/^\[|\]$/g, ''));
    if ('code' in place) return { end: place };
    const standard = protocol === 'https:' ? 443 : 80;
    const bounds = { port: Number(port) || standard, maxBytes: MAX_PROBE_BYTES };
    return this.#ask({ ...on(place), ...bounds, kind: 'http', url }, place, host);
  }

  async #ask(ask: ChildAsk, { isOnLink }: Place, where: string): Promise<Answered> {
    const { tell } = this.run;
    const heard: Heard = {};
    const { exitCode, complained } = await runLines([...this.enter, ...this.child], {
      input: JSON.stringify(ask),
      signal: this.#signal,
      onLine: (line) => {
        const word = readChildWord(line);
        if (!word) return;
        if (word.word === 'connected') heard.connectMs = word.ms;
        if (word.word === 'answered') Object.assign(heard, { answered: word });
        if (word.word === 'ended') Object.assign(heard, { ended: word });
        if (word.word === 'failed') heard.trouble = word;
        if (word.word === 'connected') tell(`connected to ${where} after ${word.ms} ms`);
        if (word.word === 'answered') tell(`status ${word.status} after ${word.ms} ms`);
      },
    });
    if (heard.trouble) return { end: socketTrouble(heard.trouble, where, isOnLink) };
    const whole = ask.kind === 'tcp' ? tcpEnd(heard, where) : httpEnd(heard);
    if (whole) return whole;
    if (this.#signal.aborted) return { end: tooLate(heard, where) };
    return { end: brokenTool(exitCode === 0 ? 'the probe' : 'nsenter', complained) };
  }
}

const SHELL_ERRORS = {
  'Connection refused': 'ECONNREFUSED',
  'No route to host': 'EHOSTUNREACH',
  'Network is unreachable': 'ENETUNREACH',
  'Connection timed out': 'ETIMEDOUT',
};

const on = ({ address, device }: Place) => ({ address, device });

interface Heard {
  connectMs?: number;
  answered?: { ms: number; status: number; location: string | null };
  ended?: { bytes: number; isWhole: boolean };
  trouble?: { code: string; message: string };
}

const tcpEnd = ({ connectMs }: Heard, where: string): Answered | undefined =>
  connectMs === undefined ? undefined : { end: reached(`${where} accepts connections`, { tcp: { connectMs } }) };

function httpEnd({ answered, ended }: Heard): Answered | undefined {
  if (!answered || !ended) return undefined;
  const { status, location, ms: firstByteMs } = answered;
  const http = { status, bytes: ended.bytes, isWhole: ended.isWhole, firstByteMs, redirects: 0 };
  return { end: reached(`it answered with status ${status}`, { http }), status, location };
}

function tooLate({ connectMs, answered }: Heard, where: string): ProbeEnd {
  if (answered)
    return missed('timed-out', `${where} answered with status ${answered.status} but never finished its answer`);
  if (connectMs !== undefined) return missed('timed-out', `${where} accepts connections but did not answer in time`);
  return missed('timed-out', `${where} did not answer in time`);
}

const tooLateToTry = () => missed('timed-out', 'the time ran out before anything was sent');

function brokenTool(tool: string, complained: string): ProbeEnd {
  // This is the ping of inetutils. Better not to probe than to send by whatever interface has the route by then.
  if (tool === 'ping' && /(invalid|unrecognized) option.*I/.test(complained))
    return missedBy(explain('probe-tool-missing/unbound-ping'));
  if (/failed to execute|No such file or directory/.test(complained) && !/\/ns\/net/.test(complained))
    return toolMissing(complained.includes('ping') ? 'ping' : tool);
  const said = complained.split('\n')[0] || 'no output';
  if (/not permitted|denied/i.test(complained))
    return missedBy(
      explain('probe-failed/not-root', { cause: `the agent cannot enter the network namespace of the node: ${said}` }),
    );
  return missed('probe-failed', `${tool} ended without a result: ${said}`);
}

const PACKAGES: Record<string, string> = { ping: 'iputils-ping', ip: 'iproute2', nsenter: 'util-linux' };

const toolMissing = (tool: string): ProbeEnd =>
  missedBy(explain('probe-tool-missing/package', { tool, package: PACKAGES[tool] ?? tool }));

function whyNot(error: unknown): ProbeEnd {
  if (error instanceof ToolMissing) return toolMissing(/no (\S+) on/.exec(error.message)?.[1] ?? '');
  const cause = describeError(error);
  return /execute|not permitted|denied/i.test(cause) ? brokenTool('ip', cause) : missed('probe-failed', cause);
}

/** Limit of addresses considered for one name. */
const MOST = 8;

/** The addresses of a name, from the host's own resolver, because a namespace has none of its own. */
export async function resolveName(host: string, signal: AbortSignal): Promise<string[] | ProbeEnd> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return [bare];
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the resolver did not answer in time')), { once: true });
  });
  try {
    const found = await Promise.race([lookup(bare, { all: true }), late]);
    return [...new Set(found.map(({ address }) => address))].slice(0, MOST);
  } catch (error) {
    return missed('name-not-found', `the resolver of the host does not know ${bare}: ${describeError(error)}`);
  }
}
