import type { NodeId, ProbeResult, ProbeTarget } from '@orrery/shared/contracts';
import type { Machine, Prober } from '@orrery/shared/machine';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { timeoutSignal } from '@orrery/shared/timeouts';
import { heard, type Answered, type Question, type Reply, type Standing } from '../pure/router/watching.js';

/** From the begin of one question to that of the next. */
const EVERY_MS = 2_000;
/** The share of that within which the answer must come, so that three misses take less than three turns. */
const ANSWER_SHARE = 0.75;
/** How long entering the namespace may take. */
const OPEN_MS = 4_000;

interface Watch {
  question: Question;
  standing: Standing | undefined;
  stop: AbortController;
  loop: Promise<void>;
}

export interface RouterWatchesParts {
  machine: Pick<Machine, 'prober'>;
  logger: Logger;
  /** Something that this node asks answers now, or no longer does. */
  changed: (node: NodeId) => void;
  everyMs?: number | undefined;
}

/**
 * Asks what routers watch: the router that serves, and addresses in the LAN. One loop for each question, from its first to its last look;
 * the reconciler is its owner. The policy's rule about probes is about what people ask.
 */
export class RouterWatches {
  readonly #watches = new Map<string, Watch>();
  readonly #ending = new Set<Promise<void>>();

  constructor(private readonly parts: RouterWatchesParts) {}

  get questions(): Question[] {
    return [...this.#watches.values()].map(({ question }) => question);
  }

  get answers(): Answered[] {
    return [...this.#watches.values()].map(({ question, standing }) => ({
      ...{ question, answers: standing?.answers, hasAnswered: standing?.hasAnswered ?? false },
    }));
  }

  /** Asks these from now on, and no others. One that is asked already goes on. */
  ask(questions: readonly Question[]): void {
    const wanted = new Map(questions.map((question) => [JSON.stringify(question), question]));
    for (const [key, watch] of this.#watches) if (!wanted.has(key)) this.#end(key, watch);
    for (const [key, question] of wanted) if (!this.#watches.has(key)) this.#begin(key, question);
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.ask([]);
    await Promise.all(this.#ending);
  }

  #begin(key: string, question: Question): void {
    const stop = new AbortController();
    const watch: Watch = { question, standing: undefined, stop, loop: Promise.resolve() };
    watch.loop = this.#run(watch);
    this.#watches.set(key, watch);
  }

  #end(key: string, { stop, loop }: Watch): void {
    stop.abort();
    this.#watches.delete(key);
    const ended = loop.finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  async #run(watch: Watch): Promise<void> {
    const { signal } = watch.stop;
    const { everyMs = EVERY_MS, logger, changed } = this.parts;
    const { node, of, address } = watch.question;
    let prober: Prober | undefined;
    while (!signal.aborted) {
      const began = performance.now();
      let reply: Reply = 'unasked';
      try {
        prober ??= await this.parts.machine.prober(
          node,
          'container',
          AbortSignal.any([signal, timeoutSignal(OPEN_MS)]),
        );
        reply = replyOf(
          watch.question,
          await prober({ ...runOf(watch.question), timeoutMs: everyMs * ANSWER_SHARE, signal }),
        );
      } catch (error) {
        logger.debug({ event: 'router.not-asked', node, cause: describeError(error) });
      }
      if (signal.aborted) return;
      const was = watch.standing?.answers;
      watch.standing = heard(of, watch.standing, reply);
      const { answers } = watch.standing;
      if (answers !== was) {
        logger.info(
          { event: 'router.answers', node, of, address, answers: answers ?? null },
          'what a router watches answers now, or no longer does',
        );
        changed(node);
      }
      await pause(Math.max(0, began + everyMs - performance.now()), signal);
    }
  }
}

/** A ping of a peer leaves by an interface of ZeroTier or not at all. */
const runOf = (question: Question) => ({
  ...{ target: targetOf(question), mayLeaveNetworks: question.of === 'lan', isFrequent: true, tell: () => undefined },
});

const targetOf = ({ address: host, port }: Question): ProbeTarget =>
  port === undefined ? { kind: 'ping', host, count: 1 } : { kind: 'tcp', host, port };

/** What keeps the packet from being sent at all is on this side; but a LAN without a way to it does not answer either. */
function replyOf({ of, port }: Question, { code, ping }: ProbeResult): Reply {
  if (code === 'reached') return 'answered';
  if (of === 'lan' && (code === 'no-route' || code === 'connection-refused')) return 'silent';
  return code === 'timed-out' && (ping !== undefined || port !== undefined) ? 'silent' : 'unasked';
}
