import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Clocked } from '../../parts/age.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Asking, Refused } from '../../parts/notice.js';
import { shownRows, type Shown } from '../../parts/rows.js';
import { Tools, useListSearch } from '../../parts/tools.js';
import { useNetworkNames } from '../events/use-network-names.js';
import { ageColumn, textColumn } from '../lists/columns.js';
import { scopeWord, tokensSentence } from './token-words.js';
import css from '../page-body.module.css';

type Token = Shape<'ApiToken'>;
type JoinToken = Shape<'JoinToken'>;

/** Who opens this Orrery, and with what machines become hosts. A secret is shown once, where it is made, and nowhere else. */
export function TokensPage() {
  const { items, isWhole, error } = useList('/v1/tokens');
  const names = useNetworkNames();
  const [search, setSearch] = useListSearch();
  if (error && items.length === 0) return <Refused error={error} what="tokens" />;
  if (items.length === 0 && !isWhole) return <Asking what="tokens" />;
  const shown = tokensShown(names);
  const rows = shownRows(items, shown, search);
  return (
    <Page title={tokensSentence(items)} run="orrery token ls">
      <Tools placeholder="Filter tokens" />
      {rows.length === 0 ? (
        <p className={`${css.body} ${css.dim}`}>{items.length === 0 ? 'No tokens yet' : 'No tokens match'}</p>
      ) : (
        <DataTable
          caption="tokens"
          columns={shown.columns}
          rows={rows}
          keyOf={({ id }) => id}
          sort={search.sort ?? shown.defaultSort}
          onSort={(sort) => setSearch({ sort: sort === shown.defaultSort ? undefined : sort })}
        />
      )}
      <JoinTokens names={names} />
    </Page>
  );
}

const expires = <T extends { expiresAt: string | null }>(): Column<T> => ({
  key: 'expires',
  title: 'Expires',
  show: ({ expiresAt }) => (expiresAt === null ? 'never' : <Clocked at={expiresAt} />),
  by: ({ expiresAt }) => expiresAt ?? '9999',
  hide: 'phone',
});

function tokensShown(names: ReadonlyMap<string, string>): Shown<Token> {
  const scope = (token: Token) => scopeWord(token.scope, names);
  return {
    columns: [
      { key: 'name', title: 'Name', show: ({ name }) => <strong>{name}</strong>, by: ({ name }) => name },
      textColumn('role', 'Role', ({ role }) => role),
      textColumn('scope', 'Sees and changes', scope),
      ageColumn('used', 'Last used', ({ lastUsedAt }) => lastUsedAt),
      expires(),
      textColumn('by', 'Created by', ({ by }) => by, { hide: 'both' }),
      {
        key: 'prefix',
        title: 'Begins with',
        show: ({ prefix }) => <code>{prefix}…</code>,
        hide: 'both',
      },
    ],
    text: (token) => `${token.name} ${token.role} ${token.by} ${token.prefix} ${scope(token)}`,
    isFine: () => true,
    defaultSort: 'name',
  };
}

function JoinTokens({ names }: { names: ReadonlyMap<string, string> }) {
  const { items } = useList('/v1/join-tokens');
  if (items.length === 0) return null;
  return (
    <section className={css.section}>
      <h2 className={css.title}>
        Join tokens <small>machines become hosts with them</small>
      </h2>
      <DataTable caption="join tokens" columns={joinColumns(names)} rows={items} keyOf={({ id }) => id} />
    </section>
  );
}

const joinColumns = (names: ReadonlyMap<string, string>): readonly Column<JoinToken>[] => [
  {
    key: 'for',
    title: 'Host',
    show: ({ name }) => (name === null ? 'each machine names itself' : <strong>{name}</strong>),
  },
  textColumn('left', 'Uses left', ({ uses, usesLeft }) => `${usesLeft} of ${uses}`),
  textColumn(
    'networks',
    'Joins',
    ({ networks }) => networks.map((network) => names.get(network) ?? network).join(', ') || null,
  ),
  ageColumn('created', 'Created', ({ createdAt }) => createdAt),
  expires(),
  textColumn('by', 'Created by', ({ by }) => by, { hide: 'both' }),
];
