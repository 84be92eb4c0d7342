/** The window in which equal lines are counted. */
export const WINDOW_MS = 60_000;
/** Maximum lines of one kind in a window, by pino's level numbers; below `info` there is no limit, because somebody is watching. */
const MOST: [level: number, lines: number][] = [
  [50, 100],
  [40, 20],
  [30, 600],
];
/** Maximum number of kinds that are tracked at a time. */
const MOST_KINDS = 2000;

/** Whom a line is about: what one host, token or stranger makes us log repeatedly must not hide what others do. */
const WHOSE = ['host', 'subject', 'by'] as const;

export interface Suppressed {
  level: number;
  event: string;
  /** `host`, `subject` and `by` of the lines. */
  whose: Record<string, unknown>;
  /** Number of lines left out. */
  suppressed: number;
}

interface Kind extends Suppressed {
  lines: number;
}

/**
 * Counts lines with the same level and event about the same subject. The first ones in a minute are logged; the others are counted and
 * reported in one line at its end. So a log that others can make us write grows by a bounded amount, and nothing is dropped silently.
 */
export class LogRepeats {
  readonly #kinds = new Map<string, Kind>();
  #endsAt = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether to log the line. */
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

  /** Whether the window is over; then `take` begins another. */
  get isOver(): boolean {
    return this.now() >= this.#endsAt;
  }

  /** The lines left out in the window that ends here. */
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
