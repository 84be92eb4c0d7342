import { ApiProblem, type Asking } from '../../api/client.js';
import { useRead } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Clocked } from '../../parts/age.js';
import { Refused } from '../../parts/notice.js';
import { LastEvents } from '../events/last-events.js';
import css from '../page-body.module.css';

/** There is no such thing, or no longer. */
export const isGone = (error: Error | null): boolean => error instanceof ApiProblem && error.problem.status === 404;

/** Of a host or a network: somebody decided that it goes. */
export const isDecided = (events: Asking['query']): boolean =>
  events !== undefined && !('node' in events) && ('host' in events || 'network' in events);

interface GoneProps {
  error: Error;
  name: string;
  /** Which events belonged to it. */
  events: Asking['query'];
}

/** What was removed: by whom and when, if that was recorded; of a host or a network somebody decided that. */
export function Gone({ error, name, events }: GoneProps) {
  const type = events?.['host'] !== undefined ? 'host.removed' : 'network.deleted';
  const isRecorded = isDecided(events);
  const { data, isPending } = useRead('/v1/events', { query: { ...events, type, limit: 1 } }, { enabled: isRecorded });
  const [removed] = data?.items ?? [];
  if (isRecorded && isPending) return null;
  if (!removed) return <Refused error={error} what={name} />;
  const by = removed.data['by'];
  const said = removed.data['name'];
  return (
    <Page
      title={
        <>
          {typeof said === 'string' ? said : name} was removed{typeof by === 'string' ? ` by ${by}` : ''} at{' '}
          <Clocked at={removed.time} />
        </>
      }
    >
      <section className={css.body}>
        <h2>Last events</h2>
        <LastEvents query={events} most={12} />
      </section>
    </Page>
  );
}
