import type { CloudEvent, HostId } from '@orrery/shared/contracts';

/** An event as the history stores it. */
export interface EventRow {
  /** Grows in commit order. */
  id: number;
  committedAt: Date;
  happenedAt: Date | null;
  type: string;
  hostId: HostId | null;
  hostAt: Date | null;
  nodeId: string | null;
  networkId: string | null;
  containerName: string | null;
  commandId: string | null;
  subject: string | null;
  simulated: boolean;
  data: Record<string, unknown>;
}

/** For SELECT; the driver returns `id` as text. */
export const EVENT_COLUMNS = `id, committed_at AS "committedAt", happened_at AS "happenedAt", type, host_id AS "hostId", host_at AS "hostAt", node_id AS "nodeId",
  network_id AS "networkId", container_name AS "containerName", command_id AS "commandId", subject, simulated, data`;

export const toEventRow = (row: Omit<EventRow, 'id'> & { id: string }): EventRow => ({ ...row, id: Number(row.id) });

export const TYPE_PREFIX = 'io.orrery.';

/** The envelope in which events are sent. Names are those at the time of the event. */
export function toCloudEvent(store: string, row: EventRow): CloudEvent {
  const [host] = row.subject?.split('/') ?? [];
  return {
    specversion: '1.0',
    id: eventId(store, row.id),
    type: TYPE_PREFIX + row.type,
    source: row.hostId && host ? `/hosts/${host}` : '/api',
    subject: row.subject,
    time: (row.happenedAt ?? row.committedAt).toISOString(),
    datacontenttype: 'application/json',
    orreryhost: row.hostId,
    orrerycommittime: row.committedAt.toISOString(),
    orreryhosttime: row.hostAt?.toISOString() ?? null,
    simulated: row.simulated,
    data: row.data,
  };
}

export const eventId = (store: string, id: number) => `${store}-${id}`;

/** The store and the number in an event's ID; undefined if it is not one. */
export function parseEventId(text: string): { store: string; id: number } | undefined {
  const match = /^([a-z0-9]{1,32})-(\d{1,15})$/.exec(text);
  return match ? { store: match[1] as string, id: Number(match[2]) } : undefined;
}
