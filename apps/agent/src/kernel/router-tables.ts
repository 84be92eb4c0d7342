import {
  explain,
  type Explained,
  type FailureCode,
  type ObservedRouter,
  type RouterWay,
} from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import { describeError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { COMMENT, rulesIn, TABLE, tableOf } from '../pure/router/router-table.js';
import { enterNetwork, isInOurView } from './namespace.js';
import { runTool, ToolMissing } from './run-tool.js';

/** A container that runs, as numbered on the engine's machine. */
export interface RunningContainer {
  engineId: string;
  pid: number;
  startedAt: string;
}

/** One shell for both: /proc/sys/net shows the namespace of whoever reads it. nft fails if there is no such table. */
const LOOK = `cat /proc/sys/net/ipv4/ip_forward; nft -j list table ${TABLE} 2>&1 || true`;
const ABSENT = /^Error: No such file or directory/m;

const Rule = z.looseObject({ chain: z.string(), comment: z.string().optional(), handle: z.unknown() });
const Listing = z.object({
  nftables: z.array(z.looseObject({ metainfo: z.unknown().optional(), rule: Rule.optional() })),
});

/** What is in a table, whatever the kernel numbers it with. */
interface Content {
  text: string;
  comments: (string | undefined)[];
}

interface Written {
  run: string;
  ways: readonly RouterWay[];
  text: string;
}

/**
 * The agent's nft table in the network namespaces of routers: the only rules that it ever writes, and none of them in the namespace of the
 * host. What the kernel lists right after a table was written is remembered, and any difference from it is noticed, whoever made it.
 */
export class RouterTables {
  readonly #written = new Map<string, Written>();

  /** What the namespace lets through. A table from before this agent started counts as changed, and so is written once more. */
  async look(container: RunningContainer, signal?: AbortSignal): Promise<ObservedRouter> {
    const { forwards, content } = await this.#read(container, signal);
    const written = this.#written.get(container.engineId);
    const isSame = written?.run === runOf(container) && content?.text === written.text;
    return { forwards, ways: isSame ? [...written.ways] : null };
  }

  /** Replaces the table at once; after a failure, the one before it is still there. Throws a StepError. */
  async write(container: RunningContainer, ways: readonly RouterWay[], signal?: AbortSignal): Promise<void> {
    const { engineId } = container;
    this.#written.delete(engineId);
    await run(container, ['nft', '-f', '-'], tableOf(ways), signal);
    const { content } = await this.#read(container, signal);
    const isWhole =
      content?.comments.length === rulesIn(ways) && content.comments.every((comment) => comment === COMMENT);
    if (!isWhole) throw new StepError({ ...explain('nft-missing/changed-at-once'), transient: true });
    this.#written.set(engineId, { run: runOf(container), ways, text: content.text });
  }

  /** Whether there is a table at all; undefined: nobody can tell. */
  async has(container: RunningContainer): Promise<boolean | undefined> {
    return this.#read(container).then(
      ({ content }) => content !== undefined,
      () => undefined,
    );
  }

  /** Why nft cannot be used on this machine; undefined: it can. Asks the program alone, not the kernel. */
  async trouble(): Promise<Explained<FailureCode> | undefined> {
    try {
      await runTool(['nft', '--version'], '');
      return undefined;
    } catch (error) {
      if (error instanceof ToolMissing) return explain('nft-missing/program');
      return explain('nft-missing/unusable', { error: describeError(error) });
    }
  }

  /** Forgets containers that no longer run. */
  keep(engineIds: ReadonlySet<string>): void {
    for (const id of this.#written.keys()) if (!engineIds.has(id)) this.#written.delete(id);
  }

  async #read(container: RunningContainer, signal?: AbortSignal) {
    const printed = await run(container, ['sh', '-c', LOOK], '', signal);
    const [forwards = '', ...listed] = printed.split('\n');
    const text = listed.join('\n').trim();
    if (!/^[01]$/.test(forwards)) throw refused(new Error(printed.trim().slice(0, 300)));
    if (ABSENT.test(text)) return { forwards: forwards === '1', content: undefined };
    return { forwards: forwards === '1', content: readListing(text) };
  }
}

const runOf = ({ pid, startedAt }: RunningContainer): string => `${pid} ${startedAt}`;

function readListing(text: string): Content {
  const listing = parseListing(text);
  if (!listing) throw refused(new Error(text.slice(0, 300)));
  const rules = listing.nftables.flatMap(({ rule }) => rule ?? []);
  const shown = listing.nftables.filter(({ metainfo }) => metainfo === undefined);
  // Handles are numbers of the kernel, and grow with each table.
  const withoutHandles = JSON.stringify(shown, (key, value: unknown) => (key === 'handle' ? undefined : value));
  return { text: withoutHandles, comments: rules.map(({ comment }) => comment) };
}

function parseListing(text: string): z.infer<typeof Listing> | undefined {
  try {
    return Listing.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The only way into a namespace of a router. Never into our own, in which the host's rules are. */
async function run(container: RunningContainer, command: string[], input: string, signal?: AbortSignal) {
  if (!(await isInOurView(container))) throw new StepError(explain('unsupported/other-namespace'));
  try {
    return await runTool([...enterNetwork(container.pid), ...command], input, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw refused(error);
  }
}

function refused(error: unknown): StepError {
  const said = describeError(error);
  const isMissing = error instanceof ToolMissing || /nft: (command )?not found|execute nft: No such file/.test(said);
  const { code, cause, fix } = isMissing
    ? explain('nft-missing/program')
    : explain('nft-missing/refused', { error: said.replaceAll(/\s+/g, ' ').slice(0, 300) });
  return new StepError({ code, cause, fix, transient: !isMissing, origin: error });
}
