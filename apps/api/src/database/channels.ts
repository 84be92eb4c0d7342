/** Channels of LISTEN and NOTIFY. Every message is a hint: whoever misses one finds the same by looking. */
export const CHANNELS = {
  /** Payload: id of the last event that was committed. */
  events: 'orrery_events',
  /** A row was put into the outbox (a trigger sends it). */
  outbox: 'orrery_outbox',
  /** Payload: id of the host whose desired state changed, and its revision now. */
  desired: 'orrery_desired',
  /** Something of who gets in changed. Payload: admission/hints.ts, or the id of a controller. */
  admission: 'orrery_admission',
  /** An identity can be made known to the root. */
  introductions: 'orrery_introductions',
  /** The key of a host was revoked (a trigger sends it). */
  keys: 'orrery_keys',
} as const;
