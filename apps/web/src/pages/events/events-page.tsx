import { useEndlessList } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Button } from '../../parts/button.js';
import { Refused, Asking } from '../../parts/notice.js';
import { Story } from '../../parts/story.js';
import { Tools, useListSearch } from '../../parts/tools.js';
import { lineOf } from './last-events.js';
import { useNetworkNames } from './use-network-names.js';
import css from '../page-body.module.css';

/** Everything that was recorded, the newest first. */
export function EventsPage() {
  const [{ q = '' }] = useListSearch();
  const { items, isWhole, error, more } = useEndlessList('/v1/events');
  const names = useNetworkNames();
  if (error && items.length === 0) return <Refused error={error} what="events" />;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const lines = items
    .map((event) => ({ event, line: lineOf(event, names) }))
    .filter(({ event, line }) => {
      const hay = `${line.text} ${event.type} ${event.subject ?? ''} ${line.by ?? ''}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .map(({ line }) => line);
  const newest = lines[0];
  return (
    <Page title={newest ? <>Last: {newest.text}</> : 'Nothing has happened yet'} run="orrery events -f">
      <Tools placeholder="Filter by words, type or person" />
      <div className={css.body}>
        {items.length === 0 && !isWhole ? <Asking what="events" /> : <Story lines={lines} />}
        {more && (
          <p className={css.more}>
            <Button onClick={more}>Show earlier events</Button>
          </p>
        )}
      </div>
    </Page>
  );
}
