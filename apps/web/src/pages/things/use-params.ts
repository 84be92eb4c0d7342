import { useParams } from '@tanstack/react-router';

/** What the address of a page names; the routes say what there is (pages.tsx). */
export const useNamed = (): Readonly<
  Record<'host' | 'node' | 'network' | 'command' | 'container' | 'controller' | 'route', string>
> => useParams({ strict: false });
