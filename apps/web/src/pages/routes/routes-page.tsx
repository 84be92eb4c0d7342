import { Link } from '@tanstack/react-router';
import { AddRouteButton } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import { networkPlace, nodePlace, routePlace } from '../../parts/places.js';
import type { Shown } from '../../parts/rows.js';
import { routeStanding } from '../../parts/states.js';
import { ageColumn, nameColumn, stateColumn } from '../lists/columns.js';
import { ListPage } from '../lists/list-page.js';
import { listSentence } from '../lists/list-sentence.js';

type Route = Shape<'KeptRoute'>;

const standbysOf = ({ via, router }: Route) => via.filter(({ node }) => node.name !== router);

/** Of its standbys, how many hear the router that carries it. */
function standbyWord(route: Route): string {
  const standbys = standbysOf(route);
  if (standbys.length === 0) return 'none';
  const deaf = standbys.filter(({ hears }) => hears === false).length;
  if (deaf > 0) return `${deaf} of ${standbys.length} ${deaf === 1 ? 'does' : 'do'} not hear it`;
  const hearing = standbys.filter(({ hears }) => hears === true).length;
  return `${hearing} of ${standbys.length} ${hearing === 1 ? 'hears' : 'hear'} it`;
}

const ROUTES: Shown<Route> = {
  columns: [
    nameColumn(
      'Prefix',
      ({ target }) => target,
      ({ network, target }) => routePlace(network.id, target),
    ),
    stateColumn(routeStanding),
    {
      key: 'network',
      title: 'Network',
      show: ({ network }) => <Link to={networkPlace(network.id)}>{network.name ?? network.id}</Link>,
      by: ({ network }) => network.name ?? network.id,
    },
    {
      key: 'router',
      title: 'Carried by',
      show: ({ router }) => (router === null ? 'nobody' : <Link to={nodePlace(router)}>{router}</Link>),
      by: ({ router }) => router ?? '',
    },
    { key: 'standby', title: 'Standbys', show: standbyWord, by: standbyWord, hide: 'both' },
    { ...ageColumn<Route>('since', 'Router chosen', ({ since }) => since ?? null), hide: 'phone' },
  ],
  text: ({ target, network, via }) =>
    `${target} ${network.name ?? ''} ${network.id} ${via.map(({ node }) => node.name).join(' ')}`,
  isFine: (route) => routeStanding(route).is === 'fine',
  defaultSort: 'prefix',
};

export function RoutesPage() {
  const listed = useList('/v1/routes');
  return (
    <ListPage
      noun="routes"
      listed={listed}
      acts={<AddRouteButton kind="go" />}
      shown={ROUTES}
      keyOf={({ id }) => id}
      title={(rows) =>
        rows.length === 0
          ? 'No routes yet: a router brings a LAN into a network'
          : listSentence(rows.map(routeStanding), 'route', 'announced')
      }
      run={listed.items.length === 0 ? 'orrery route add PREFIX --network NETWORK --via HOST' : 'orrery route ls'}
    />
  );
}
