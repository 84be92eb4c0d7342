import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import { controllerPlace } from '../../parts/places.js';
import type { Shown } from '../../parts/rows.js';
import { controllerStanding } from '../../parts/states.js';
import { ageColumn, nameColumn, stateColumn, textColumn } from '../lists/columns.js';
import { ListPage } from '../lists/list-page.js';
import { listSentence } from '../lists/list-sentence.js';

type Controller = Shape<'Controller'>;

const CONTROLLERS: Shown<Controller> = {
  columns: [
    nameColumn(
      'Controller',
      ({ name }) => name,
      ({ name }) => controllerPlace(name),
    ),
    stateColumn(controllerStanding),
    textColumn('where', 'Runs in', ({ node }) => node?.name ?? 'ZeroTier Central'),
    ageColumn('checked', 'Last asked', ({ checkedAt }) => checkedAt),
    { key: 'address', title: 'Address', show: ({ address }) => (address ? <code>{address}</code> : '–'), hide: 'both' },
    {
      key: 'networks',
      title: 'Networks kept',
      show: ({ networks }) => networks,
      by: ({ networks }) => networks,
      isNumber: true,
      hide: 'phone',
    },
  ],
  text: ({ name, address, node, kind, cause }) => `${name} ${address ?? ''} ${node?.name ?? ''} ${kind} ${cause ?? ''}`,
  isFine: (controller) => controllerStanding(controller).is === 'fine',
  defaultSort: 'controller',
};

export function ControllersPage() {
  const listed = useList('/v1/controllers');
  return (
    <ListPage
      noun="controllers"
      listed={listed}
      shown={CONTROLLERS}
      keyOf={({ id }) => id}
      title={(rows) =>
        rows.length === 0
          ? 'No controllers yet: networks of others can be joined, and none can be made here'
          : listSentence(rows.map(controllerStanding), 'controller', 'up')
      }
      run={listed.items.length === 0 ? 'orrery controller add HOST' : 'orrery controller ls'}
    />
  );
}
