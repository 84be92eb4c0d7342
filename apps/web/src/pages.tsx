import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { BrokenPage } from './frame/broken-page.js';
import { Frame } from './frame/frame.js';
import { PageHead } from './frame/page.js';
import { OverviewPage } from './pages/overview/overview-page.js';

/** Everything but the overview is fetched when it is needed, or before that, when nothing else is to be done. */
const all = () => import('./pages/all-pages.js');

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => <PageHead title="There is no such page" sub="The address may be of another version." />,
});

const at = (path: string, component: RouteComponent) => createRoute({ getParentRoute: () => root, path, component });

/** The first part of each of these is known to the API, which serves the same document for all (web.controller.ts). */
const routes = [
  at('/', OverviewPage),
  at('/hosts', lazyRouteComponent(all, 'HostsPage')),
  at('/hosts/$host', lazyRouteComponent(all, 'HostPage')),
  at('/nodes', lazyRouteComponent(all, 'NodesPage')),
  at('/nodes/$node', lazyRouteComponent(all, 'NodePage')),
  at('/containers', lazyRouteComponent(all, 'ContainersPage')),
  at('/containers/$container', lazyRouteComponent(all, 'ContainerPage')),
  at('/workloads', lazyRouteComponent(all, 'WorkloadsPage')),
  at('/networks', lazyRouteComponent(all, 'NetworksPage')),
  at('/networks/$network', lazyRouteComponent(all, 'NetworkPage')),
  at('/memberships', lazyRouteComponent(all, 'MembershipsPage')),
  at('/memberships/$node/$network', lazyRouteComponent(all, 'MembershipPage')),
  at('/routes', lazyRouteComponent(all, 'RoutesPage')),
  at('/routes/$network/$route', lazyRouteComponent(all, 'RoutePage')),
  at('/commands', lazyRouteComponent(all, 'CommandsPage')),
  at('/commands/$command', lazyRouteComponent(all, 'CommandPage')),
  at('/events', lazyRouteComponent(all, 'EventsPage')),
  at('/findings', lazyRouteComponent(all, 'FindingsPage')),
  at('/tokens', lazyRouteComponent(all, 'TokensPage')),
  at('/controllers', lazyRouteComponent(all, 'ControllersPage')),
  at('/controllers/$controller', lazyRouteComponent(all, 'ControllerPage')),
];

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren(routes),
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    // A link under the pointer, or with the focus: its page is fetched.
    defaultPreload: 'intent',
    // Plain texts: `?q=web-1&sort=-seen`.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const said = Object.entries(search).filter(([, value]) => typeof value === 'string' && value !== '');
      const text = new URLSearchParams(said as [string, string][]).toString();
      return text === '' ? '' : `?${text}`;
    },
  });

const IDLE_MS = 5000;

/** Fetches the other pages when nothing else is to be done. Returns how to stop that. */
export function preloadPages(): () => void {
  const stop = new AbortController();
  void (async () => {
    await idle();
    // What cannot be fetched now is fetched when somebody goes there.
    if (!stop.signal.aborted) await all().catch(() => undefined);
  })();
  return () => stop.abort();
}

const idle = () =>
  new Promise<void>((resolve) => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    else setTimeout(resolve, 1000);
  });
