import { existsSync, watch as watchFolder } from 'node:fs';
import { basename, dirname } from 'node:path';
import { explain, type Explained } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { PolicyPlace } from '../config.js';
import { readPolicyDocument } from './policy-document.js';
import { markPolicyFile, PolicyFileError, readPolicyFile } from './policy-file.js';
import { DEFAULT_POLICY, type HeldPolicy } from '../pure/policy/policy.js';

const unreadable = (file: string, { cause, fix }: Explained<'policy-unreadable'>): HeldPolicy => ({
  ...{ result: 'unreadable', file, cause, fix },
});

/** The folder itself, or the nearest above it that is there. */
const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)));

/** The policy of this host, read from its file. Nothing that comes over the network can change it. */
export class HostPolicy {
  #held: HeldPolicy;
  #mark: string | undefined;

  constructor(
    private readonly place: PolicyPlace,
    private readonly logger: Logger,
  ) {
    this.#held = unreadable(place.file, explain('policy-unreadable/not-read-yet'));
  }

  get held(): HeldPolicy {
    return this.#held;
  }

  /** Reads the file if it changed since the last read. Never throws: a file that cannot be read allows nothing. */
  async refresh(): Promise<HeldPolicy> {
    const mark = await markPolicyFile(this.place.file);
    if (mark === this.#mark && this.#held.result === 'held') return this.#held;
    const before = this.#held;
    this.#held = await this.#read();
    this.#mark = mark;
    this.#say(before);
    return this.#held;
  }

  /**
   * Hints when the file may have changed, also where its folder is yet to be made. Where changes cannot be followed, each
   * observation of the host reads the file anyway.
   */
  watch(hint: () => void, signal: AbortSignal): void {
    const folder = dirname(this.place.file);
    const watched = nearest(folder);
    try {
      const watcher = watchFolder(watched, { persistent: false, signal }, (_event, name) => {
        const isOther = nearest(folder) !== watched;
        if (isOther) {
          watcher.close();
          this.watch(hint, signal);
        }
        if (isOther || (watched === folder && (name === null || name === basename(this.place.file)))) hint();
      });
      watcher.on('error', () => watcher.close());
    } catch (error) {
      this.logger.debug({ event: 'policy.not-watched', cause: describeError(error) });
    }
  }

  async #read(): Promise<HeldPolicy> {
    const { file, isNamed } = this.place;
    try {
      const read = await readPolicyFile(file);
      if (read) return { result: 'held', file, isWritten: true, ...readPolicyDocument(read.text) };
      if (!isNamed) return { result: 'held', file, isWritten: false, policy: DEFAULT_POLICY, lines: new Map() };
      return unreadable(file, explain('policy-unreadable/absent', { file }));
    } catch (error) {
      if (error instanceof PolicyFileError) return { result: 'unreadable', file, cause: error.message, fix: error.fix };
      return unreadable(file, explain('policy-unreadable/rules', { file, cause: `${file}: ${describeError(error)}` }));
    }
  }

  #say(before: HeldPolicy): void {
    const held = this.#held;
    if (held.result === 'held') {
      this.logger.info({
        event: 'policy.read',
        file: held.file,
        isWritten: held.isWritten,
        rules: [...held.lines.keys()],
      });
      return;
    }
    if (before.result === 'unreadable' && before.cause === held.cause) return;
    const { file, cause, fix } = held;
    this.logger.error(
      { event: 'policy.unreadable', file, cause, fix },
      'the policy cannot be used: nothing is allowed',
    );
  }
}
