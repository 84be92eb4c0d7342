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

/** The shortest interval between reads, however many events come; the first event is read at once. */
const LEAST_PAUSE_MS = 100;
/** The longest interval between reads, in case a hint was lost while the database was unreachable. */
const LONGEST_PAUSE_MS = 5000;

/** Long polls: a command is read again when the feed reports an event about it, until there is something new. */
@Injectable()
export class CommandWaits implements BeforeApplicationShutdown {
  readonly #open = new Set<AbortController>();
  #stopped = false;

  constructor(
    private readonly commands: CommandsService,
    private readonly feed: EventFeed,
  ) {}

  /** Everyone still waiting gets the command as it is. */
  beforeApplicationShutdown(): void {
    this.#stopped = true;
    for (const wait of this.#open) wait.abort();
  }

  /** The caller aborts `wait` when the client has disconnected. */
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
