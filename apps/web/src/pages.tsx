import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Frame } from './frame/frame.js';
import { PageHead } from './frame/page.js';
import { OverviewPage } from './pages/overview/overview-page.js';

/** Everything but the overview is fetched when it is needed, or before that, when nothing else is to be done. */
const lists = () => import('./pages/lists/lists.js');
const things = () => import('./pages/things/things.js');
const host = () => import('./pages/things/host-page.js');
const events = () => import('./pages/events/events-page.js');
const container = () => import('./pages/containers/container-page.js');
const workloads = () => import('./pages/containers/workloads-page.js');
const routeList = () => import('./pages/routes/routes-page.js');
const route = () => import('./pages/routes/route-page.js');
const tokens = () => import('./pages/tokens/tokens-page.js');
const controllers = () => import('./pages/controllers/controllers-page.js');
const controller = () => import('./pages/controllers/controller-page.js');
const LATER = [lists, things, host, events, container, workloads, routeList, route, tokens, controllers, controller];

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => <PageHead title="There is no such page" sub="The address may be of another version." />,
});

const at = (path: string, component: RouteComponent) => createRoute({ getParentRoute: () => root, path, component });

/** The first part of each of these is known to the API, which serves the same document for all (web.controller.ts). */
const routes = [
  at('/', OverviewPage),
  at('/hosts', lazyRouteComponent(lists, 'HostsPage')),
  at('/hosts/$host', lazyRouteComponent(host, 'HostPage')),
  at('/nodes', lazyRouteComponent(lists, 'NodesPage')),
  at('/nodes/$node', lazyRouteComponent(things, 'NodePage')),
  at('/containers', lazyRouteComponent(lists, 'ContainersPage')),
  at('/containers/$container', lazyRouteComponent(container, 'ContainerPage')),
  at('/workloads', lazyRouteComponent(workloads, 'WorkloadsPage')),
  at('/networks', lazyRouteComponent(lists, 'NetworksPage')),
  at('/networks/$network', lazyRouteComponent(things, 'NetworkPage')),
  at('/memberships', lazyRouteComponent(lists, 'MembershipsPage')),
  at('/memberships/$node/$network', lazyRouteComponent(things, 'MembershipPage')),
  at('/routes', lazyRouteComponent(routeList, 'RoutesPage')),
  at('/routes/$network/$route', lazyRouteComponent(route, 'RoutePage')),
  at('/commands', lazyRouteComponent(lists, 'CommandsPage')),
  at('/commands/$command', lazyRouteComponent(things, 'CommandPage')),
  at('/events', lazyRouteComponent(events, 'EventsPage')),
  at('/findings', lazyRouteComponent(lists, 'FindingsPage')),
  at('/tokens', lazyRouteComponent(tokens, 'TokensPage')),
  at('/controllers', lazyRouteComponent(controllers, 'ControllersPage')),
  at('/controllers/$controller', lazyRouteComponent(controller, 'ControllerPage')),
];

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren(routes),
    scrollRestoration: true,
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

/** Fetches the pages that nobody has asked for yet, one after another. Returns how to stop that. */
export function preloadPages(): () => void {
  const stop = new AbortController();
  void (async () => {
    for (const page of LATER) {
      await idle();
      if (stop.signal.aborted) return;
      // What cannot be fetched now is fetched when somebody goes there.
      await page().catch(() => undefined);
    }
  })();
  return () => stop.abort();
}

const idle = () =>
  new Promise<void>((resolve) => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    else setTimeout(resolve, 1000);
  });
