import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@orrery/shared/bus';
import type { Logger } from '@orrery/shared/runtime';
import { ANSWER_BUS } from '../../bus/buses.js';
import { API_CONFIG, type ApiConfig } from '../../config.js';
import { runLeadership } from '../../database/leadership.js';
import { LOGGER } from '../../logger.js';
import { HearingHealth } from './health.js';
import { PresenceJudge } from './presence-judge.js';

/** Knows whether this process can hear, and has it judge while it is the one replica that leads. */
@Injectable()
export class PresenceKeeper {
  constructor(
    private readonly judge: PresenceJudge,
    @Inject(ANSWER_BUS) private readonly bus: Bus,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The one owner loop. */
  async run(signal: AbortSignal): Promise<void> {
    const { heartbeatMs } = this.config;
    const everyMs = Math.min(1000, heartbeatMs / 2);
    const startedAt = performance.now();
    const health = new HearingHealth(everyMs, heartbeatMs / 2, this.bus.connected, startedAt);
    const unwatch = this.bus.onStatus((connected) => health.link(connected, performance.now()));
    const ticker = setInterval(() => health.tick(performance.now()), everyMs);
    try {
      await runLeadership({
        connectionString: this.config.databaseUrl.reveal(),
        logger: this.logger,
        signal,
        everyMs,
        lead: (run) => this.judge.lead(run, startedAt, health),
        follow: () => this.judge.follow(),
      });
    } finally {
      clearInterval(ticker);
      unwatch();
    }
  }
}
