/** How long equal lines are counted. */
export const WINDOW_MS = 60_000;
/** Lines of one kind in a window, by pino's numbers of levels; below `info` all are said: somebody is looking. */
const MOST: [level: number, lines: number][] = [
  [50, 100],
  [40, 20],
  [30, 600],
];
/** Kinds that are told apart at a time. */
const MOST_KINDS = 2000;

/** Whose line it is: what one host, token or stranger makes us say over and over does not hide what others do. */
const WHOSE = ['host', 'subject', 'by'] as const;

export interface Suppressed {
  level: number;
  event: string;
  /** `host`, `subject` and `by` of the lines. */
  whose: Record<string, unknown>;
  /** Lines that were left out. */
  suppressed: number;
}

interface Kind extends Suppressed {
  lines: number;
}

/**
 * Counts lines with the same level and event about the same one: the first of a minute are said, the others are counted and told in one
 * line at its end. A log that others can make us write grows by a bounded amount, and nothing is left out without a trace.
 */
export class LogRepeats {
  readonly #kinds = new Map<string, Kind>();
  #endsAt = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether to say it. */
  admits(level: number, fields: Record<string, unknown>): boolean {
    const most = MOST.find(([least]) => level >= least)?.[1];
    const { event } = fields;
    if (most === undefined || typeof event !== 'string') return true;
    const kind = this.#kindOf(level, event, fields);
    if (kind.lines < most) {
      kind.lines += 1;
      return true;
    }
    kind.suppressed += 1;
    return false;
  }

  /** Whether the window is over: then `take` begins another. */
  get isOver(): boolean {
    return this.now() >= this.#endsAt;
  }

  /** What was left out in the window that ends here. */
  take(): Suppressed[] {
    const left = [...this.#kinds.values()].filter(({ suppressed }) => suppressed > 0);
    this.#kinds.clear();
    this.#endsAt = this.now() + WINDOW_MS;
    return left.map(({ level, event, whose, suppressed }) => ({ level, event, whose, suppressed }));
  }

  #kindOf(level: number, event: string, fields: Record<string, unknown>): Kind {
    const isFull = this.#kinds.size >= MOST_KINDS;
    const named = WHOSE.flatMap((name) =>
      typeof fields[name] === 'string' ? [[name, fields[name].slice(0, 100)]] : [],
    );
    const whose = isFull ? {} : (Object.fromEntries(named) as Record<string, unknown>);
    const key = JSON.stringify([level, event, whose]);
    const kind = this.#kinds.get(key) ?? { level, event, whose, suppressed: 0, lines: 0 };
    this.#kinds.set(key, kind);
    return kind;
  }
}
