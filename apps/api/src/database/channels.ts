/**
 * Channels of LISTEN and NOTIFY. Every message is only a hint: a process that misses one finds the change by looking.
 */
export const CHANNELS = {
  /** Payload: ID of the last committed event. */
  events: 'orrery_events',
  /** A row was put into the outbox (a trigger sends this). */
  outbox: 'orrery_outbox',
  /** Payload: ID of the host whose desired state changed, and its new revision. */
  desired: 'orrery_desired',
  /** Something that affects admission changed. Payload: admission/hints.ts, or the ID of a controller. */
  admission: 'orrery_admission',
  /** An identity can be introduced to the root. */
  introductions: 'orrery_introductions',
  /** Something that labels of workloads depend on changed. Payload: ID of a host, or empty: anywhere. */
  labels: 'orrery_labels',
  /** The key of a host was revoked (a trigger sends this). */
  keys: 'orrery_keys',
  /** A login was removed (a trigger sends this). Payload: its ID. */
  logins: 'orrery_logins',
} as const;
