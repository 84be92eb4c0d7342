import { Link } from '@tanstack/react-router';
import type { Shape } from '../../api/client.js';
import { useList, useRead } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Age } from '../../parts/age.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Fix } from '../../parts/fix.js';
import { StateWord } from '../../parts/mark.js';
import { Asking, Nothing, Refused } from '../../parts/notice.js';
import { hostPlace, networkPlace, nodePlace } from '../../parts/places.js';
import { Sentence, type Linked } from '../../parts/sentence.js';
import { controllerStanding, networkStanding } from '../../parts/states.js';
import { LastEvents } from '../events/last-events.js';
import { nameColumn, stateColumn } from '../lists/columns.js';
import { Facts, type Fact } from '../things/thing-page.js';
import { useNamed } from '../things/use-params.js';
import { controllerSentence } from './controller-sentence.js';
import css from '../page-body.module.css';

type Controller = Shape<'Controller'>;

/** A controller: whether it answers, what is kept on it, and where it runs. */
export function ControllerPage() {
  const { controller } = useNamed();
  const { data, error } = useRead('/v1/controllers/{controller}', { path: { controller } });
  if (!data && error) return <Refused error={error} what={controller} />;
  if (!data) return <Asking what={controller} />;
  const { name, state, checkedAt, cause, fix } = data;
  const { is, word } = controllerStanding(data);
  return (
    <Page
      crumbs={[{ name: 'Controllers', to: '/controllers' }, { name }]}
      title={<Sentence text={controllerSentence(data)} links={linksOf(data)} />}
      sub={
        <>
          <StateWord is={is}>{word}</StateWord>
          {checkedAt && (
            <span>
              last asked <Age at={checkedAt} ago />
            </span>
          )}
        </>
      }
      run={`orrery controller get ${name}`}
    >
      <div className={css.two}>
        <div>
          <KeptOn controller={name} />
          <section className={css.section}>
            <h2>Last events</h2>
            <LastEvents
              query={{ type: 'controller.*' }}
              most={12}
              isOfIt={({ data: said }) => said['controller'] === data.id}
            />
          </section>
        </div>
        <aside>
          {cause !== null && state !== 'up' && (
            <div className={css.fixes}>
              <Fix cause={{ code: `controller-${state}`, cause, fix: fix ?? '', commands: [] }} state={is} isInTitle />
            </div>
          )}
          <Facts facts={factsOf(data)} />
        </aside>
      </div>
    </Page>
  );
}

const linksOf = ({ node }: Controller): Linked[] => (node ? [{ text: node.name, to: nodePlace(node.name) }] : []);

function factsOf({ kind, address, node, host, url, zerotierVersion, createdAt, id }: Controller): Fact[] {
  return [
    ['Kind', kind === 'central' ? 'ZeroTier Central' : 'in a zerotier-one of yours'],
    ...(address ? [['Address', <code>{address}</code>] satisfies Fact] : []),
    ...(node ? [['Node', <Link to={nodePlace(node.name)}>{node.name}</Link>] satisfies Fact] : []),
    ...(host ? [['Host', <Link to={hostPlace(host.name)}>{host.name}</Link>] satisfies Fact] : []),
    ...(zerotierVersion ? [['zerotier-one', zerotierVersion] satisfies Fact] : []),
    ...(url ? [['URL', <code>{url}</code>] satisfies Fact] : []),
    ['Added', <Age at={createdAt} ago />],
    ['ID', <code>{id}</code>],
  ];
}

const NETWORKS: readonly Column<Shape<'Network'>>[] = [
  nameColumn(
    'Network',
    ({ name, id }) => name ?? id,
    ({ id }) => networkPlace(id),
  ),
  stateColumn(networkStanding),
  { key: 'id', title: 'ID', show: ({ id }) => <code>{id}</code> },
  {
    key: 'members',
    title: 'Memberships',
    show: ({ memberships: { ok, total } }) => `${ok} of ${total} OK`,
    isNumber: true,
  },
];

function KeptOn({ controller }: { controller: string }) {
  const { items, isWhole } = useList('/v1/networks', { controller });
  return (
    <section className={css.section}>
      <h2>
        Networks <small>that Orrery keeps on it</small>
      </h2>
      {items.length === 0 ? (
        isWhole && <Nothing>None</Nothing>
      ) : (
        <div className={css.wide}>
          <DataTable caption="Networks" columns={NETWORKS} rows={items} keyOf={({ id }) => id} />
        </div>
      )}
    </section>
  );
}
