import { CloudEvent } from '@orrery/shared/contracts';
import { EventSource, type EventSourceFetchInit } from 'eventsource';
import type { ApiClient, Query } from '../api/api-client.js';
import type { CliError } from '../errors/cli-error.js';

export interface StreamHandlers {
  onEvent: (event: CloudEvent, raw: unknown) => void;
  /** The API has lost our position: events may be missing before the next one. */
  onReset: () => void;
  /** The stream broke, and is reopened until it works. */
  onAway: () => void;
}

const REOPEN_MS = 1000;

/** Follows server-sent events after an id until the signal, through broken connections and restarts of the API. Rejects on a refusal. */
export function followStream(
  client: ApiClient,
  query: Query,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  let { after } = query;
  return new Promise((resolve, reject) => {
    const open = () => {
      const url = client.urlOf('/v1/events/stream', { ...query, after });
      const source = new EventSource(url, { fetch: withToken(client, reject, signal) });
      const close = () => source.close();
      signal.addEventListener('abort', close, { once: true });
      source.onmessage = ({ data, lastEventId }) => {
        after = lastEventId || after;
        const raw: unknown = JSON.parse(data as string);
        const event = CloudEvent.safeParse(raw);
        if (event.success) handlers.onEvent(event.data, raw);
      };
      source.addEventListener('reset', () => {
        after = undefined;
        handlers.onReset();
      });
      source.onerror = ({ code }) => {
        if (signal.aborted) return;
        handlers.onAway();
        if (source.readyState !== source.CLOSED) return; // it opens itself again
        signal.removeEventListener('abort', close);
        if (code === undefined || code >= 500) setTimeout(() => !signal.aborted && open(), REOPEN_MS);
      };
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
    open();
  });
}

/**
 * Adds the token, and ends the stream for good when the API refuses it. `close` of an EventSource can miss a request that it began
 * while another one failed. Such a request would keep the process alive, so each ends with the signal as well.
 */
const withToken =
  (client: ApiClient, onRefusal: (error: CliError) => void, signal: AbortSignal) =>
  async (url: string | URL, init: EventSourceFetchInit) => {
    const headers: Record<string, string> = { ...init.headers };
    if (client.token) headers.authorization = `Bearer ${client.token}`;
    const ends = AbortSignal.any([signal, ...(init.signal ? [init.signal as AbortSignal] : [])]);
    const response = await client.fetch(url, { headers, signal: ends });
    if (response.status >= 400 && response.status < 500) onRefusal(await client.refusal(response));
    return response;
  };
