import { CommandPage, Host, JoinToken, Membership, Node, type Command } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { ExitCode } from '../errors/exit-code.js';
import { DEFAULT_WAIT } from '../options/shared-options.js';
import { seconds } from '../output/age.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import { safeText } from '../terminal/safe-text.js';
import { newReason, type Verdict, verdictOf } from '../waiting/narrate.js';
import { poll } from '../waiting/poll.js';
import { worst } from '../waiting/wait-for-commands.js';
import { watchCommand } from '../waiting/watch-command.js';
import { joinedText, joinOf, notEnrolled, notReported, reportedText } from './arrival-text.js';

export interface Expected {
  /** Name of the host that the machine becomes. */
  name: string;
  token: JoinToken;
  /** When the node of the replaced host last reported: reports up to then are not from this machine. */
  reportedBefore: string | null;
  /** Time limit for everything; undefined: until the token ends, then the default of any change. */
  forMs: number | undefined;
}

/** How much longer to ask the API whether the token was used, after it should have expired. */
const GRACE_MS = 30_000;
/** Its joins are among the newest commands; a replaced host may have years of older ones. */
const NEWEST = 200;

/** Follows a machine that becomes a host: it enrolls, reports, and gets its address in each network. Prints each step when it is done. */
export class HostArrival {
  /** Undefined until it has enrolled. */
  host: Host | undefined;
  readonly #start = performance.now();
  #away = false;

  constructor(
    private readonly context: Context,
    private readonly expected: Expected,
    private readonly tell: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Rejects when the signal aborts. */
  async follow(): Promise<ExitCode> {
    const { token, forMs } = this.expected;
    const validMs = Date.parse(token.expiresAt) - Date.parse(token.createdAt);
    const enrolled = await this.#enrolment(this.#start + (forMs ?? validMs + GRACE_MS));
    if (!('id' in enrolled)) return this.#conclude(enrolled);
    this.host = enrolled;
    this.#came('enrolled');
    const deadline = forMs === undefined ? performance.now() + parseDuration(DEFAULT_WAIT) : this.#start + forMs;
    const node = await this.#report(enrolled, deadline);
    if (!node) return this.#conclude(notReported(this.host, this.#colors));
    this.#came(`online (${reportedText(this.host, node)})`);
    const joins = await this.#joins(enrolled, deadline);
    return worst(await Promise.all(joins.map((join) => this.#network(enrolled, join, deadline))));
  }

  /** The host that used the token, or why there is none. */
  async #enrolment(deadline: number): Promise<Host | Verdict> {
    const { client } = this.context;
    const { name, token } = this.expected;
    const end = await this.#poll(deadline, async () => {
      const { value } = await client.get(apiPath('join-tokens', token.id), JoinToken, { signal: this.signal });
      const [host] = value.hosts;
      if (host !== undefined) return (await client.get(apiPath('hosts', host), Host)).value;
      return value.state === 'valid' ? undefined : value.state;
    });
    return typeof end === 'object' ? end : notEnrolled(name, token, end ?? 'valid', this.#colors);
  }

  /** Its node, once the host is online and has reported. */
  #report({ id, node }: Host, deadline: number): Promise<Node | undefined> {
    const { client } = this.context;
    const options = { signal: this.signal };
    return this.#poll(deadline, async () => {
      this.host = (await client.get(apiPath('hosts', id), Host, options)).value;
      if (this.host.presence !== 'online' || this.host.engine === null) return undefined;
      const { value } = await client.get(apiPath('nodes', node), Node, options);
      return value.updatedAt === this.expected.reportedBefore ? undefined : value;
    });
  }

  /** The join commands from its token, one for each network. */
  async #joins(host: Host, deadline: number): Promise<Command[]> {
    const { networks, createdAt } = this.expected.token;
    if (networks.length === 0) return [];
    const list = () => listAll(this.context.client, '/v1/commands', CommandPage, { host: host.id }, NEWEST);
    const commands = (await this.#poll(deadline, list))?.rows.map(({ value }) => value) ?? [];
    return networks.flatMap((network) => joinOf(commands, host, network, createdAt) ?? []);
  }

  async #network(host: Host, join: Command, deadline: number): Promise<Verdict> {
    const { client } = this.context;
    let last: Command | undefined;
    const options = { forMs: deadline - performance.now(), signal: this.signal, onAway: () => this.#lost() };
    for await (const { command } of watchCommand(client, join, options)) {
      this.#away = false;
      newReason(last, command, this.#colors).forEach(this.tell);
      last = command;
    }
    const verdict = verdictOf(last ?? join, performance.now() - this.#start, this.#colors);
    if (verdict.exitCode === ExitCode.done) {
      const path = apiPath('nodes', host.node, 'networks', join.networks[0] ?? '');
      this.#came(joinedText((await client.get(path, Membership)).value));
    } else this.#conclude(verdict);
    return verdict;
  }

  #poll<T>(deadline: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const seen = async () => {
      const answer = await look();
      this.#away = false;
      return answer;
    };
    return poll(seen, { deadline, signal: this.signal, onAway: () => this.#lost() });
  }

  get #colors() {
    return this.context.terminal.colors;
  }

  #came(text: string): void {
    const { green, dim } = this.#colors;
    this.tell(`${green('✓')} ${safeText(text)} ${dim(seconds(performance.now() - this.#start))}`);
  }

  #lost(): void {
    if (!this.#away) this.tell(`${this.#colors.yellow('…')} the API is not responding; retrying`);
    this.#away = true;
  }

  #conclude({ exitCode, lines }: Verdict): ExitCode {
    lines.forEach(this.tell);
    return exitCode;
  }
}
