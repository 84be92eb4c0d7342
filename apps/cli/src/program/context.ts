import type { ApiClient } from '../api/api-client.js';
import type { Terminal } from '../terminal/terminal.js';

/** What every command works with. */
export interface Context {
  readonly terminal: Terminal;
  /** Reads the settings at its first use: `--help` and completion work with wrong ones. */
  readonly client: ApiClient;
  readonly now: () => number;
  /** For what is about the settings themselves. */
  readonly env: NodeJS.ProcessEnv;
}
