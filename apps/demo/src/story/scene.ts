import type { DemoConfig } from '../config.js';
import type { Engines } from '../engines/engines.js';
import type { Orrery } from '../orrery/orrery.js';

/** What every step has at hand. Nothing that one step leaves to the next stands here: that is in the system. */
export interface Scene {
  config: DemoConfig;
  orrery: Orrery;
  engines: Engines;
  /** Begin of the story, by the clock of the API. */
  startedAt: Date;
}
