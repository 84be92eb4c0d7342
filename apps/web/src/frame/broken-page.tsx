import { Button } from '../parts/button.js';
import { PageHead } from './page.js';

/** What a page shows if it cannot be drawn, or not be loaded: most often, Orrery was updated while it was open. */
export function BrokenPage({ error }: { error: unknown }) {
  return (
    <PageHead
      title="This page cannot show what Orrery answered"
      sub={
        <>
          <span>
            It may be of another version than Orrery is now; then a reload helps. If not, <code>orrery status</code> in
            a terminal shows the same, and this is what went wrong:{' '}
            <code>{error instanceof Error ? error.message : String(error)}</code>
          </span>
          <Button onClick={() => location.reload()}>Reload the page</Button>
        </>
      }
    />
  );
}
