import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files.js';
import { FatalError } from './home.js';

export type LocalConfig = Readonly<Record<string, unknown>> | null;

function parse(text: string | undefined): LocalConfig {
  if (!text) return null;
  try {
    return JSON.parse(text) as LocalConfig;
  } catch {
    throw new FatalError('ERROR: unable to parse local.conf (invalid JSON)');
  }
}

/**
 * `local.conf`: read again when somebody changes it, written when the API does. A broken one ends the daemon, at any
 * time.
 */
export class LocalConf {
  private readonly path: string;
  private text: string | undefined;
  private config: LocalConfig;

  constructor(home: string) {
    this.path = join(home, 'local.conf');
    this.text = readIfThere(this.path);
    this.config = parse(this.text);
  }

  read(): LocalConfig {
    const text = readIfThere(this.path);
    if (text !== this.text) {
      this.config = parse(text);
      this.text = text;
    }
    return this.config;
  }

  write(config: LocalConfig): void {
    if (config === this.config) return;
    this.config = config;
    this.text = JSON.stringify(config, null, 4);
    writeFileSync(this.path, this.text);
  }
}
