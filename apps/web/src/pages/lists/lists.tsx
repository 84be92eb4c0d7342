import { useEffect, useState } from 'react';
import { CreateNetworkButton } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useEndlessList, useList, useRead } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Asking, Refused } from '../../parts/notice.js';
import { commandPlace, hostPlace, membershipPlace, networkPlace, nodePlace } from '../../parts/places.js';
import { codeWord } from '../../parts/code-words.js';
import { Prose } from '../../parts/sentence.js';
import type { Shown } from '../../parts/rows.js';
import { commandStanding, networkStanding, OF_SEVERITY, type Standing } from '../../parts/states.js';
import { Tools, useListSearch, usePaused, type Choice } from '../../parts/tools.js';
import { admitsWord, capital, countWord } from '../../parts/words.js';
import { textAsked } from './asking.js';
import { listSentence } from './list-sentence.js';
import { ListPage } from './list-page.js';
import { More } from './more.js';
import { ageColumn, nameColumn, stateColumn, textColumn } from './columns.js';

const isFine = (standing: Standing) => standing.is === 'fine';

type Network = Shape<'Network'>;
const NETWORKS: Shown<Network> = {
  columns: [
    nameColumn(
      'Network',
      ({ name, id }) => name ?? id,
      ({ id }) => networkPlace(id),
    ),
    stateColumn(networkStanding),
    { key: 'id', title: 'ID', show: ({ id }) => <code>{id}</code>, by: ({ id }) => id },
    textColumn('controller', 'Kept by', ({ managedBy }) => managedBy?.name ?? null, { hide: 'both' }),
    textColumn('admits', 'Admits', ({ admission }) => admission && admitsWord(admission), { hide: 'phone' }),
    {
      key: 'members',
      title: 'Memberships',
      show: ({ memberships: { ok, total } }) => `${ok} of ${total} OK`,
      by: ({ memberships }) => memberships.total,
      isNumber: true,
    },
  ],
  text: ({ name, id, managedBy }) => `${name ?? ''} ${id} ${managedBy?.name ?? ''}`,
  isFine: (network) => isFine(networkStanding(network)),
  defaultSort: 'network',
};

export function NetworksPage() {
  const listed = useList('/v1/networks');
  return (
    <ListPage
      noun="networks"
      listed={listed}
      shown={NETWORKS}
      keyOf={({ id }) => id}
      title={(rows) => listSentence(rows.map(networkStanding), 'network', 'as wanted')}
      run="orrery network ls"
      acts={<CreateNetworkButton />}
    />
  );
}

type Command = Shape<'Command'>;
const COMMANDS: readonly Column<Command>[] = [
  nameColumn(
    'Command',
    ({ action, target }) => `${action} ${target}`,
    ({ id }) => commandPlace(id),
  ),
  stateColumn(commandStanding),
  textColumn('host', 'Host', ({ host }) => host.name),
  textColumn('by', 'Asked for by', ({ by }) => by, { hide: 'phone' }),
  ageColumn('created', 'Asked', ({ createdAt }) => createdAt),
];

/** What the API filters commands by, in the words of the table. */
const COMMAND_STATES: readonly (Choice & { value: Shape<'CommandState'> | undefined })[] = [
  { value: undefined, name: 'All' },
  { value: 'queued', name: 'Queued' },
  { value: 'delivered', name: 'On its way' },
  { value: 'waiting', name: 'Waiting' },
  { value: 'failed', name: 'Failed' },
  { value: 'done', name: 'Done' },
];

/** The newest first: there may be any number of them. */
export function CommandsPage() {
  const [search] = useListSearch();
  const state = COMMAND_STATES.find(({ value }) => value === search.state)?.value;
  const q = usePaused(search.q ?? '');
  const list = useEndlessList('/v1/commands', { ...textAsked(q), state }, { limit: 100, keeps: true });
  const { data: status, error: hasNoStatus } = useRead('/v1/status');
  const { items, isWhole, isOld, error } = list;
  if (error && items.length === 0) return <Refused error={error} what="commands" />;
  if ((items.length === 0 && !isWhole && !isOld) || !(status ?? hasNoStatus)) return <Asking what="commands" />;
  const isFiltered = state !== undefined || search.q !== undefined;
  const hasNone = items.length === 0 && isWhole && !isFiltered;
  return (
    <Page
      title={hasNone ? 'No commands yet' : unfinishedWord(status?.commands.unfinished)}
      run={state ? `orrery command ls --state ${state}` : 'orrery command ls'}
    >
      <Tools placeholder="Filter by action, target, host or person" choices={COMMAND_STATES} />
      {items.length > 0 && (
        <DataTable
          caption="commands"
          columns={COMMANDS}
          rows={items}
          keyOf={({ id }) => id}
          onEnd={list.moreError ? undefined : list.more}
          isOpen={!isWhole}
          isOld={isOld}
          of={list.of}
        />
      )}
      <More noun="commands" list={list} isFiltered={isFiltered} />
    </Page>
  );
}

/** About the whole fleet, whatever is shown of it. */
function unfinishedWord(unfinished: number | undefined): string {
  if (unfinished === undefined) return 'Commands';
  if (unfinished === 0) return 'Every command has ended';
  const count = capital(countWord(unfinished, unfinished > 9));
  return unfinished === 1 ? `${count} command has not ended yet` : `${count} commands have not ended yet`;
}

type Finding = Shape<'Finding'>;
const findingPlace = ({ host, node, network }: Finding): string => {
  if (node && network) return membershipPlace(node.name, network);
  if (node) return nodePlace(node.name);
  if (network) return networkPlace(network);
  return host ? hostPlace(host.name) : '/';
};
const findingStanding = ({ severity, code }: Finding): Standing => ({
  ...{ is: OF_SEVERITY[severity], word: codeWord(code) },
});
const FINDINGS: Shown<Finding> = {
  columns: [
    nameColumn('About', ({ node, host, network }) => node?.name ?? host?.name ?? network ?? 'Orrery', findingPlace),
    stateColumn(findingStanding),
    { key: 'cause', title: 'Cause', show: ({ cause }) => <Prose text={cause} />, by: ({ cause }) => cause },
    textColumn('code', 'Code', ({ code }) => code, { hide: 'both' }),
    ageColumn('since', 'Since', ({ since }) => since),
  ],
  text: ({ node, host, code, cause, network }) =>
    `${node?.name ?? ''} ${host?.name ?? ''} ${code} ${codeWord(code)} ${cause} ${network ?? ''}`,
  isFine: ({ severity }) => severity === 'info',
  defaultSort: 'state',
};

/**
 * Mostly few. Where they are many, their first page stands in the order of the API; somebody who filters or sorts them
 * gets all, because the API does neither.
 */
export function FindingsPage() {
  const [search] = useListSearch();
  const list = useEndlessList('/v1/findings', {}, { limit: 200, nextLimit: 500 });
  const { items, isWhole, more, moreError } = list;
  const [isLong, setLong] = useState(false);
  if (!isLong && !isWhole && items.length > 0) setLong(true);
  const wantsAll = (search.q ?? search.sort ?? search.state) !== undefined;
  useEffect(() => {
    if (wantsAll && !moreError) more?.();
  }, [wantsAll, more, moreError]);
  return (
    <ListPage
      noun="findings"
      listed={list}
      long={isLong && !wantsAll ? list : undefined}
      shown={FINDINGS}
      keyOf={({ code, host, node, network }) => `${code} ${host?.id ?? ''} ${node?.id ?? ''} ${network ?? ''}`}
      title={(rows) => {
        if (rows.length === 0) return 'No findings: nothing is known to be wrong';
        if (!isWhole) return `More than ${rows.length.toLocaleString('en-US')} findings`;
        return listSentence(rows.map(findingStanding), 'finding', '');
      }}
      run="orrery finding ls"
    />
  );
}
