import { watch as watchFolder } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { PolicyPlace } from '../config.js';
import { readPolicyDocument } from './policy-document.js';
import { markPolicyFile, PolicyFileError, readPolicyFile } from './policy-file.js';
import { DEFAULT_POLICY, type HeldPolicy } from '../pure/policy/policy.js';

const NOT_READ_YET = { cause: 'it was not read yet', fix: 'Wait a moment.' };

/** The policy of this host as its file says it now. Nothing that comes over the network can change it. */
export class HostPolicy {
  #held: HeldPolicy;
  #mark: string | undefined;

  constructor(
    private readonly place: PolicyPlace,
    private readonly logger: Logger,
  ) {
    this.#held = { result: 'unreadable', file: place.file, ...NOT_READ_YET };
  }

  get held(): HeldPolicy {
    return this.#held;
  }

  /** Reads the file if it is another than at the last time. Never throws: what cannot be read allows nothing. */
  async refresh(): Promise<HeldPolicy> {
    const mark = await markPolicyFile(this.place.file);
    if (mark === this.#mark && this.#held.result === 'held') return this.#held;
    const before = this.#held;
    this.#held = await this.#read();
    this.#mark = mark;
    this.#say(before);
    return this.#held;
  }

  /** A hint when the file may have changed; where that cannot be followed, each look at the host reads it anyway. */
  watch(hint: () => void, signal: AbortSignal): void {
    try {
      const watcher = watchFolder(dirname(this.place.file), { persistent: false, signal }, (_event, name) => {
        if (name === null || name === basename(this.place.file)) hint();
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
      return {
        result: 'unreadable',
        file,
        cause: `there is no file ${file}`,
        fix: `Write it, or unset ORRERY_POLICY_FILE.`,
      };
    } catch (error) {
      if (error instanceof PolicyFileError) return { result: 'unreadable', file, cause: error.message, fix: error.fix };
      const fix = `Correct ${file}: it is read anew as soon as it is written. docs/policy.md has every rule.`;
      return { result: 'unreadable', file, cause: `${file}: ${describeError(error)}`, fix };
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
