import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { withTimeout } from '@orrery/shared/runtime';
import { TOOL_ENVIRONMENT } from './run-tool.js';

/**
 * One shell for as long as the namespace is looked at: `ip monitor` writes to descriptor 3, and each line of input is a batch for `ip`,
 * its answer ended by `= <exit code>`. The shell ends with its input, also when this agent is killed, and takes the monitor with it.
 */
const SCRIPT = `ip -oneline monitor link address route >&3 2>&3 </dev/null & m=$!
exec 3>&-
while read -r batch; do printf '%b' "$batch" | ip -json -batch - 2>/dev/null; echo "= $?"; done
kill $m 2>/dev/null`;

const ANSWER_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** After a change more of them come within milliseconds: one hint for all. */
const CROWD_MS = 5;

/** A change that somebody waits for, one that the next answers show, or nothing that is looked at. */
export type Matters = (line: string) => 'hint' | 'change' | 'nothing';

/** What `ip` shows of one network namespace, and a hint whenever that may have changed. Kept open: a program for each look costs more than all else. */
export class NamespaceView {
  readonly #child: ChildProcess;
  #isOpen = true;
  #changes = 0;
  #hinting: NodeJS.Timeout | undefined;
  #printed = '';
  #answer: { resolve: (text: string) => void; reject: (error: Error) => void } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `enter`: what stands before a command that is to run there. `matters`: what a line of the monitor means. */
  constructor(
    enter: readonly string[],
    private readonly matters: Matters,
    private readonly hint: () => void,
  ) {
    const [tool = '', ...args] = [...enter, 'sh', '-c', SCRIPT];
    const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'], env: TOOL_ENVIRONMENT });
    this.#child = child;
    const end = () => this.#ended();
    // Not 'close': a monitor that outlives its shell keeps what it writes to open.
    child.on('error', end).on('exit', end);
    child.stdin?.on('error', end);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    const monitored = child.stdio[3] as Readable;
    monitored.on('error', end);
    // Without its monitor nobody says when something changes.
    createInterface({ input: monitored })
      .on('line', (line) => this.#monitored(line))
      .on('close', end);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How often something has changed so far. */
  get changes(): number {
    return this.#changes;
  }

  /** What `ip -json -batch -` prints for these commands, each ended by a newline; rejects when it fails, or when the view is not open any more. */
  ask(commands: string): Promise<string> {
    const turn = this.#turn.then(() => this.#ask(commands));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#ended();
  }

  async #ask(commands: string): Promise<string> {
    if (!this.#isOpen) throw new Error('the view of the namespace has ended');
    const answer = new Promise<string>((resolve, reject) => (this.#answer = { resolve, reject }));
    answer.catch(() => undefined);
    this.#child.stdin?.write(`${commands.replaceAll('\n', '\\n')}\n`);
    const late = () => {
      // What it may still say would be taken for the next answer.
      this.close();
      return new Error(`ip did not answer within ${ANSWER_MS} ms`);
    };
    try {
      return await withTimeout(ANSWER_MS, () => answer, late);
    } finally {
      this.#answer = undefined;
    }
  }

  #read(text: string): void {
    this.#printed += text;
    if (!text.endsWith('\n')) return;
    const ended = /(?:^|\n)= (\d+)\n$/.exec(this.#printed);
    if (!ended) return this.#printed.length > MAX_BYTES ? this.close() : undefined;
    const answer = this.#printed.slice(0, ended.index);
    this.#printed = '';
    if (ended[1] === '0') this.#answer?.resolve(answer);
    else this.#answer?.reject(new Error(`ip ended with ${ended[1]}`));
  }

  #monitored(line: string): void {
    // `netlink receive error`: lines were lost.
    const meaning = /netlink/i.test(line) ? 'hint' : this.matters(line);
    if (meaning === 'nothing') return;
    this.#changes += 1;
    if (meaning === 'change') return;
    this.#hinting ??= setTimeout(() => {
      this.#hinting = undefined;
      this.hint();
    }, CROWD_MS);
  }

  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#hinting);
    this.#answer?.reject(new Error('the view of the namespace has ended'));
    this.#child.stdin?.end();
    for (const stream of this.#child.stdio) stream?.destroy();
  }
}
