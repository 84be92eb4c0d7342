import type { ApiClient } from '../api/api-client.js';
import type { Terminal } from '../terminal/terminal.js';

/** The environment of every command. */
export interface Context {
  readonly terminal: Terminal;
  /** Reads the settings at its first use, so that `--help` and completion also work with invalid ones. */
  readonly client: ApiClient;
  readonly now: () => number;
  /** For commands that are about the settings themselves. */
  readonly env: NodeJS.ProcessEnv;
}
