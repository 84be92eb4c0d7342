import { randomUUID } from 'node:crypto';
import { Accepted, Command, isFinal } from '@orrery/shared/contracts';
import { eventually } from '../eventually.js';
import type { ApiClient } from '../system/api-client.js';
import { PUBLIC } from '../system/system.js';

const LANES = 2;
const PATIENCE_MS = 60_000;

/**
 * Launches containers without a pause, a few at a time on each host, as a careful client does: it repeats a request
 * without an answer, with the same Idempotency-Key.
 */
export class CommandLoad {
  /** IDs of all commands whose acceptance was acknowledged. */
  readonly accepted = new Set<string>();
  readonly ended: Command[] = [];
  readonly #lanes: Promise<void>[];
  #next = 0;
  #isStopping = false;

  constructor(
    private readonly api: ApiClient,
    hosts: readonly string[],
  ) {
    this.#lanes = hosts.flatMap((host) => Array.from({ length: LANES }, () => this.#work(host)));
    for (const lane of this.#lanes) lane.catch(() => undefined); // reported by the next caller that waits
  }

  /** Resolves when this many more have ended, counting only those accepted from now on. */
  async more(count: number): Promise<void> {
    const before = new Set(this.accepted);
    const enough = () => this.ended.filter(({ id }) => !before.has(id)).length >= count;
    await Promise.race([
      eventually(enough, { within: PATIENCE_MS, every: 100, what: `${count} more commands have ended` }),
      // It ends before it is told to only if it fails.
      Promise.all(this.#lanes),
    ]);
  }

  /** Resolves when every accepted command has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#lanes);
  }

  async #work(host: string): Promise<void> {
    while (!this.#isStopping) {
      const id = await this.#launch(host, `demo-${this.#next++}`);
      this.accepted.add(id);
      this.ended.push(await this.#end(id));
    }
  }

  #launch(host: string, name: string): Promise<string> {
    const asking = { body: { name, networks: [PUBLIC] }, headers: { 'idempotency-key': randomUUID() } };
    const ask = async () => (await this.api.ask('POST', `/v1/hosts/${host}/containers`, Accepted, asking)).command.id;
    return eventually(ask, { within: PATIENCE_MS, every: 200, what: `${name} is accepted` });
  }

  #end(id: string): Promise<Command> {
    const look = async () => {
      const command = await this.api.get(`/v1/commands/${id}?wait=20s`, Command);
      return isFinal(command.state) && command;
    };
    return eventually(look, { within: PATIENCE_MS, every: 200, what: `command ${id} has ended` });
  }
}
