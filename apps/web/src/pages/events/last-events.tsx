import { useRead } from '../../api/use-read.js';
import { Story, type Line } from '../../parts/story.js';
import type { Asking, Shape } from '../../api/client.js';
import { Nothing } from '../../parts/notice.js';
import { isDull, narrate, type Names } from './narrate.js';
import { useNames } from './use-names.js';

interface LastEventsProps {
  query: Asking['query'];
  most: number;
  /** What belongs to it among those that the query finds. */
  isOfIt?: (event: Shape<'CloudEvent'>) => boolean;
}

/** The newest events, of everything or of one thing. */
export function LastEvents({ query, most, isOfIt = () => true }: LastEventsProps) {
  const { data } = useRead('/v1/events', { query: { ...query, limit: most + 48 } });
  const lines = (data?.items ?? []).filter((event) => !isDull(event) && isOfIt(event)).slice(0, most);
  const names = useNames(lines);
  if (data && lines.length === 0) return <Nothing>Nothing was recorded yet</Nothing>;
  return <Story lines={lines.map((event) => lineOf(event, names))} />;
}

export function lineOf(event: Shape<'CloudEvent'>, names: Names): Line & { text: string } {
  return { key: event.id, at: event.time, ...narrate(event, names) };
}
