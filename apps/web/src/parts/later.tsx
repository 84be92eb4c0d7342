import { lazy, useEffect, useState, type ComponentType } from 'react';
import { Button } from './button.js';

const AGAIN_MS = 2000;

/**
 * A component that is fetched when it is shown for the first time. If that fails, it says so and tries again: the connection may be back.
 * Some browsers remember the failure, and a newer Orrery serves other files; then only a reload helps.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const again = (props: Props) => <Again load={load} props={props} />;
  return lazy(async () => ({ default: await load().catch(() => again) }));
}

function Again<Props extends object>({ load, props }: { load: () => Promise<ComponentType<Props>>; props: Props }) {
  const [found, setFound] = useState<{ Part: ComponentType<Props> }>();
  useEffect(() => {
    if (found) return;
    const timer = setInterval(() => {
      // What still fails is tried again.
      load().then(
        (Part) => setFound({ Part }),
        () => undefined,
      );
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [found, load]);
  if (found) return <found.Part {...props} />;
  return (
    <p role="alert">
      A part of this page could not be loaded.{' '}
      <Button small onClick={() => location.reload()}>
        Reload the page
      </Button>
    </p>
  );
}
