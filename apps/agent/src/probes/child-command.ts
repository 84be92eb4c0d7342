/** The argument that makes this program the child inside a node's network namespace. */
export const PROBE_CHILD = 'probe-child';

/** The child reads a limited amount, so nothing that a server sends makes it need more. */
const HEAP_MB = 64;

/** This same program, started as the child. */
export const childCommand = (): string[] => [
  process.execPath,
  `--max-old-space-size=${HEAP_MB}`,
  process.argv[1] ?? '',
  PROBE_CHILD,
];
