import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { Button } from './button.js';

/**
 * A component that is fetched when it is shown for the first time. If that fails, a newer Orrery serves other files, or
 * none can be reached: a reload helps.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    const found = await load().catch((): ComponentType<Props> => NotLoaded);
    return { default: found };
  });
}

const NotLoaded = () => (
  <p role="alert">
    A part of this page could not be loaded. <Button onClick={() => location.reload()}>Reload the page</Button>
  </p>
);
