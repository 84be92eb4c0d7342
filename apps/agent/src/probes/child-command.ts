/** The argument with which this program is what runs inside a node's network namespace. */
export const PROBE_CHILD = 'probe-child';

/** What it reads is bounded; nothing that a server sends makes it larger. */
const HEAP_MB = 64;

/** This very program, as the child. */
export const childCommand = (): string[] => [
  process.execPath,
  `--max-old-space-size=${HEAP_MB}`,
  process.argv[1] ?? '',
  PROBE_CHILD,
];
