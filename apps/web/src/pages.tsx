import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Frame } from './frame/frame.js';
import { PageHead } from './frame/page.js';
import { EventsPage } from './pages/events/events-page.js';
import {
  CommandsPage,
  ContainersPage,
  FindingsPage,
  HostsPage,
  MembershipsPage,
  NetworksPage,
  NodesPage,
} from './pages/lists/lists.js';
import { OverviewPage } from './pages/overview/overview-page.js';
import { HostPage } from './pages/things/host-page.js';
import { CommandPage, MembershipPage, NetworkPage, NodePage } from './pages/things/things.js';
// Styles of what is loaded later: nothing else would load them.
import './pages/events/histogram.module.css';
import './pages/things/paths.module.css';
import './pages/timeline/timeline.module.css';
import './search/search.module.css';

const containers = () => import('./pages/containers/container-page.js');
const workloads = () => import('./pages/containers/workloads-page.js');
const controllers = () => import('./pages/controllers/controllers-page.js');
const controller = () => import('./pages/controllers/controller-page.js');
const routeList = () => import('./pages/routes/routes-page.js');
const oneRoute = () => import('./pages/routes/route-page.js');
const tokens = () => import('./pages/tokens/tokens-page.js');

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => <PageHead title="There is no such page" sub="The address may be of another version." />,
});

const at = (path: string, component: RouteComponent) => createRoute({ getParentRoute: () => root, path, component });

/** The first part of each of these is known to the API, which serves the same document for all (web.controller.ts). */
const routes = [
  at('/', OverviewPage),
  at('/hosts', HostsPage),
  at('/hosts/$host', HostPage),
  at('/nodes', NodesPage),
  at('/nodes/$node', NodePage),
  at('/containers', ContainersPage),
  at('/containers/$container', lazyRouteComponent(containers, 'ContainerPage')),
  at('/workloads', lazyRouteComponent(workloads, 'WorkloadsPage')),
  at('/networks', NetworksPage),
  at('/networks/$network', NetworkPage),
  at('/memberships', MembershipsPage),
  at('/memberships/$node/$network', MembershipPage),
  at('/routes', lazyRouteComponent(routeList, 'RoutesPage')),
  at('/routes/$network/$route', lazyRouteComponent(oneRoute, 'RoutePage')),
  at('/commands', CommandsPage),
  at('/commands/$command', CommandPage),
  at('/events', EventsPage),
  at('/findings', FindingsPage),
  at('/tokens', lazyRouteComponent(tokens, 'TokensPage')),
  at('/controllers', lazyRouteComponent(controllers, 'ControllersPage')),
  at('/controllers/$controller', lazyRouteComponent(controller, 'ControllerPage')),
];

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren(routes),
    scrollRestoration: true,
    // Plain texts: `?q=web-1&sort=-seen`.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const said = Object.entries(search).filter(([, value]) => typeof value === 'string' && value !== '');
      const text = new URLSearchParams(said as [string, string][]).toString();
      return text === '' ? '' : `?${text}`;
    },
  });
