import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  durationSeconds,
  isFinal,
  type Command,
  type CommandId,
  type CommandWaitQuery,
} from '@orrery/shared/contracts';
import { pause, WakeablePause } from '@orrery/shared/runtime';
import { EventFeed } from '../events/event-feed.js';
import { CommandsService } from './commands.service.js';

/** Never looks more often than this, however many events come; the first of them is looked at at once. */
const LEAST_PAUSE_MS = 100;
/** Looks at least this often, should a hint get lost while the database was away. */
const LONGEST_PAUSE_MS = 5000;

/** Long polls: a command is read again when the feed tells of it, until there is something new to see. */
@Injectable()
export class CommandWaits implements BeforeApplicationShutdown {
  readonly #open = new Set<AbortController>();
  #stopped = false;

  constructor(
    private readonly commands: CommandsService,
    private readonly feed: EventFeed,
  ) {}

  /** Everyone who still waits gets the command as it is. */
  beforeApplicationShutdown(): void {
    this.#stopped = true;
    for (const wait of this.#open) wait.abort();
  }

  /** `wait` is aborted by the caller when nobody listens any more. */
  async get(id: CommandId, query: CommandWaitQuery, wait: AbortController): Promise<Command> {
    const deadline = Date.now() + durationSeconds(query.wait ?? '0s') * 1000;
    const news = new WakeablePause();
    const deafen = this.feed.onEvents((events) => events.some(({ commandId }) => commandId === id) && news.wake());
    this.#open.add(wait);
    try {
      for (;;) {
        const command = await this.commands.get(id);
        const looked = performance.now();
        const left = deadline - Date.now();
        if (left <= 0 || wait.signal.aborted || this.#stopped || isNews(command, query)) return command;
        await news.wait(Math.min(left, LONGEST_PAUSE_MS), wait.signal);
        const early = looked + LEAST_PAUSE_MS - performance.now();
        if (early > 0) await pause(Math.min(early, Math.max(0, deadline - Date.now())), wait.signal);
      }
    } finally {
      this.#open.delete(wait);
      deafen();
    }
  }
}

function isNews(command: Command, { seen, state }: CommandWaitQuery): boolean {
  if (isFinal(command.state)) return true;
  return (seen !== undefined && command.stages.length > seen) || (state !== undefined && command.state !== state);
}
