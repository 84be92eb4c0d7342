import type { DemoConfig } from '../config.js';
import type { Engines } from '../engines/engines.js';
import type { Orrery } from '../orrery/orrery.js';

/** What every step gets. It holds no results of earlier steps: steps find those in the system. */
export interface Scene {
  config: DemoConfig;
  orrery: Orrery;
  engines: Engines;
  /** Start of the story, by the clock of the API. */
  startedAt: Date;
}
