import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { withTimeout } from '@orrery/shared/runtime';
import { TOOL_ENVIRONMENT } from './run-tool.js';

/**
 * One shell for as long as the namespace is observed. `ip monitor` writes to descriptor 3; each line of input is a
 * batch for `ip`, and its output ends with `= <exit code>`. The shell ends when its input does, even if this agent is
 * killed, and takes the monitor with it.
 */
const SCRIPT = `ip -oneline monitor link address route >&3 2>&3 </dev/null & m=$!
exec 3>&-
while read -r batch; do printf '%b' "$batch" | ip -json -batch - 2>/dev/null; echo "= $?"; done
kill $m 2>/dev/null`;

const ANSWER_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** Changes come in groups within milliseconds; one hint covers them all. */
const CROWD_MS = 5;

/** `hint`: somebody waits for this change. `change`: the next answers must show it. `nothing`: it is of no interest. */
export type Matters = (line: string) => 'hint' | 'change' | 'nothing';

/**
 * What `ip` shows of one network namespace, with a hint whenever that may have changed. It stays open, because starting
 * a program for each look costs more than everything else.
 */
export class NamespaceView {
  readonly #child: ChildProcess;
  #isOpen = true;
  #changes = 0;
  #hinting: NodeJS.Timeout | undefined;
  #printed = '';
  #answer: { resolve: (text: string) => void; reject: (error: Error) => void } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `enter`: the prefix of a command that runs there. `matters`: what a line of the monitor means. */
  constructor(
    enter: readonly string[],
    private readonly matters: Matters,
    private readonly hint: () => void,
  ) {
    const [tool = '', ...args] = [...enter, 'sh', '-c', SCRIPT];
    const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'], env: TOOL_ENVIRONMENT });
    this.#child = child;
    const end = () => this.#ended();
    // Not 'close': a monitor that outlives its shell keeps its output open.
    child.on('error', end).on('exit', end);
    child.stdin?.on('error', end);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    const monitored = child.stdio[3] as Readable;
    monitored.on('error', end);
    // Without its monitor, changes would go unnoticed.
    createInterface({ input: monitored })
      .on('line', (line) => this.#monitored(line))
      .on('close', end);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Number of changes so far. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * The output of `ip -json -batch -` for these commands, each ended by a newline. Rejects if `ip` fails or the view
   * has been closed.
   */
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
      // A late answer would be mistaken for the next one.
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
    // After a `netlink receive error`, lines were lost.
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
