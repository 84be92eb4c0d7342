import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
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

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => <PageHead title="There is no such page" sub="The address may be of another version." />,
});

const at = (path: string, component: () => React.ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component });

/** The first part of each of these is known to the API, which serves the same document for all (web.controller.ts). */
const routes = [
  at('/', OverviewPage),
  at('/hosts', HostsPage),
  at('/hosts/$host', HostPage),
  at('/nodes', NodesPage),
  at('/nodes/$node', NodePage),
  at('/containers', ContainersPage),
  at('/networks', NetworksPage),
  at('/networks/$network', NetworkPage),
  at('/memberships', MembershipsPage),
  at('/memberships/$node/$network', MembershipPage),
  at('/commands', CommandsPage),
  at('/commands/$command', CommandPage),
  at('/events', EventsPage),
  at('/findings', FindingsPage),
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
