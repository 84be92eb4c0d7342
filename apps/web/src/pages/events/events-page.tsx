import { useEndlessList } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Button } from '../../parts/button.js';
import { Asking, Nothing, Refused } from '../../parts/notice.js';
import { Prose } from '../../parts/sentence.js';
import { Story } from '../../parts/story.js';
import { Tools, useListSearch } from '../../parts/tools.js';
import { clockWord } from '../../parts/words.js';
import { periodOf } from './bars.js';
import { lineOf } from './last-events.js';
import { Histogram, type Period } from './histogram.js';
import { useNames } from './use-names.js';
import css from '../page-body.module.css';
import bars from './histogram.module.css';

const PERIODS: readonly { value: Period; name: string }[] = [
  { value: '1h', name: 'Hour' },
  { value: '24h', name: 'Day' },
  { value: '7d', name: 'Week' },
];

/** Everything that was recorded, the newest first; a bar chooses the events of its time. */
export function EventsPage() {
  const [{ q = '', from, to, over: asked }, setSearch] = useListSearch();
  const { items, isWhole, error, more } = useEndlessList('/v1/events', { since: from, until: to });
  const period =
    PERIODS.find(({ value }) => value === asked)?.value ?? (isWhole ? periodOf(items.at(-1)?.time, Date.now()) : '24h');
  const names = useNames(items);
  if (error && items.length === 0) return <Refused error={error} what="events" />;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const lines = items
    .map((event) => ({ event, line: lineOf(event, names) }))
    .filter(({ event, line }) => {
      const hay = `${line.text} ${event.type} ${event.subject ?? ''} ${line.by ?? ''}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .map(({ line }) => line);
  return (
    <Page title={<Prose text={titleOf(lines[0]?.text, from !== undefined, isWhole)} />} run={runOf(from, to)}>
      <Tools
        placeholder="Filter by words, type or person"
        times={<Periods chosen={period} onChoose={(over) => setSearch({ over, from: undefined, to: undefined })} />}
      />
      <Histogram period={period} chosen={from} onChoose={(bar) => setSearch({ from: bar?.from, to: bar?.to })} />
      {from !== undefined && (
        <ChosenTime from={from} to={to} onAll={() => setSearch({ from: undefined, to: undefined })} />
      )}
      <div className={css.body}>
        {items.length === 0 ? (
          isWhole ? (
            <Nothing>Nothing was recorded in this time</Nothing>
          ) : (
            <Asking what="events" />
          )
        ) : (
          <Story lines={lines} />
        )}
        {more && (
          <p className={css.more}>
            <Button onClick={more}>Show earlier events</Button>
          </p>
        )}
      </div>
    </Page>
  );
}

function titleOf(newest: string | undefined, isTime: boolean, isWhole: boolean): string {
  if (newest === undefined && !isWhole) return isTime ? 'Events of this time' : 'Events';
  if (newest === undefined) return isTime ? 'Nothing happened in this time' : 'Nothing has happened yet';
  return isTime ? `The last in this time: ${newest}` : `Last: ${newest}`;
}

const runOf = (from: string | undefined, to: string | undefined): string =>
  from === undefined ? 'orrery events -f' : `orrery events --since ${from}${to === undefined ? '' : ` --until ${to}`}`;

function Periods({ chosen, onChoose }: { chosen: Period; onChoose: (period: Period) => void }) {
  return PERIODS.map(({ value, name }) => (
    <button key={value} type="button" aria-pressed={value === chosen} onClick={() => onChoose(value)}>
      {name}
    </button>
  ));
}

function ChosenTime({ from, to, onAll }: { from: string; to: string | undefined; onAll: () => void }) {
  const now = Date.now();
  return (
    <p className={bars.chosen} role="status">
      <span>
        From <b>{clockWord(from, now)}</b>{' '}
        {to !== undefined && (
          <>
            until <b>{clockWord(to, now)}</b>
          </>
        )}
      </span>
      <Button small onClick={onAll}>
        All events
      </Button>
    </p>
  );
}
