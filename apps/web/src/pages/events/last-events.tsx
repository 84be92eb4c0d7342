import { useRead } from '../../api/use-read.js';
import { Story, type Line } from '../../parts/story.js';
import type { Asking, Shape } from '../../api/client.js';
import { Nothing } from '../../parts/notice.js';
import { narrate } from './narrate.js';
import { useNames } from './use-names.js';

/** Events that only repeat what others say are left out of short lists. */
export const DULL = new Set(
  [
    ...['host.snapshot', 'command.delivered', 'item.settled', 'probe.started', 'probe.progress'],
    ...['interface.changed', 'network.changed', 'node.changed', 'route.added', 'route.removed', 'router.changed'],
  ].map((type) => `io.orrery.${type}`),
);

interface LastEventsProps {
  query: Asking['query'];
  most: number;
  /** What belongs to it among those that the query finds. */
  isOfIt?: (event: Shape<'CloudEvent'>) => boolean;
}

/** The newest events, of everything or of one thing. */
export function LastEvents({ query, most, isOfIt = () => true }: LastEventsProps) {
  const { data } = useRead('/v1/events', { query: { ...query, limit: most + 48 } });
  const lines = (data?.items ?? []).filter((event) => !DULL.has(event.type) && isOfIt(event)).slice(0, most);
  const names = useNames(lines);
  if (data && lines.length === 0) return <Nothing>Nothing was recorded yet</Nothing>;
  return <Story lines={lines.map((event) => lineOf(event, names))} />;
}

export function lineOf(event: Shape<'CloudEvent'>, names: ReadonlyMap<string, string>): Line & { text: string } {
  return { key: event.id, at: event.time, ...narrate(event, names) };
}
