import { Link, useLocation } from '@tanstack/react-router';
import { useRef } from 'react';
import { useRead } from '../api/use-read.js';
import { useDoor } from '../door/use-door.js';
import { useSignOut } from '../door/sign-out.js';
import { Button } from '../parts/button.js';
import { Icon, type IconName } from '../parts/icon.js';
import { Logo } from '../parts/logo.js';
import { Mark, type State } from '../parts/mark.js';
import { useNouns } from './use-nouns.js';
import css from './frame.module.css';

export function Rail({ onSearch }: { onSearch: () => void }) {
  const counts = useCounts();
  const groups = useNouns();
  return (
    <nav className={css.rail} aria-label="Pages">
      <Brand />
      <button type="button" className={css.find} onClick={onSearch} aria-keyshortcuts="/">
        <Icon name="search" />
        Search
        <kbd aria-hidden="true">/</kbd>
      </button>
      {groups.map(({ title = '', nouns }) => (
        <div key={title}>
          {title && <h2 className={css.group}>{title}</h2>}
          {nouns.map(({ to, name }) => (
            <Link key={to} to={to} className={css.noun} activeOptions={{ exact: to === '/' }}>
              {name}
              <Count count={counts[to]} />
            </Link>
          ))}
        </div>
      ))}
      <Who />
    </nav>
  );
}

interface Counted {
  count: number;
  state?: State;
}

function Count({ count }: { count: Counted | undefined }) {
  if (!count) return null;
  const { count: number, state } = count;
  const shown = number.toLocaleString('en-US');
  if (!state) return <span className={css.count}>{shown}</span>;
  return (
    <span className={`${css.count} ${css[state]}`}>
      <Mark is={state} />
      {shown}
      <span className={css.hidden}> not as wanted</span>
    </span>
  );
}

function useCounts(): Record<string, Counted | undefined> {
  const { data } = useRead('/v1/status');
  if (!data) return {};
  const { hosts, containers, memberships, commands } = data;
  const all = hosts.online + hosts.unreachable + hosts.joined + hosts.unknown;
  const { failed, waiting, total } = memberships;
  return {
    '/hosts': { count: all },
    '/containers': { count: containers.total },
    '/memberships':
      failed > 0
        ? { count: failed, state: 'failed' }
        : waiting > 0
          ? { count: waiting, state: 'waiting' }
          : { count: total },
    ...(commands.unfinished > 0 && { '/commands': { count: commands.unfinished } }),
  };
}

function Who() {
  const state = useDoor();
  const signOut = useSignOut();
  if (state.is !== 'open') return null;
  const { name, role, scope } = state.login;
  return (
    <div className={css.who}>
      <Icon name="person" />
      <span>
        {name === role ? name : `${name}, ${role}`}
        {scope && <small>sees a part</small>}
      </span>
      <Button kind="bare" small onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
}

const Brand = () => (
  <Link to="/" className={css.brand}>
    <Logo />
    Orrery
  </Link>
);

export function TopBar({ onSearch }: { onSearch: () => void }) {
  const signOut = useSignOut();
  return (
    <div className={css.top}>
      <Brand />
      <Button kind="bare" small onClick={onSearch}>
        <Icon name="search" />
        Search
      </Button>
      <Button kind="bare" small onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
}

const TABS: readonly { to: string; name: string; icon: IconName }[] = [
  { to: '/', name: 'Overview', icon: 'orb' },
  { to: '/hosts', name: 'Hosts', icon: 'host' },
  { to: '/networks', name: 'Networks', icon: 'network' },
  { to: '/memberships', name: 'Memberships', icon: 'membership' },
];

/** Four pages, and the others behind the fifth tab. */
export function PhoneTabs() {
  const counts = useCounts();
  return (
    <nav className={css.tabs} aria-label="Pages, short">
      {TABS.map(({ to, name, icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/' }}>
          <Icon name={icon} />
          {name}
          {counts[to]?.state && <em>{counts[to].count.toLocaleString('en-US')}</em>}
        </Link>
      ))}
      <MorePages />
    </nav>
  );
}

function MorePages() {
  const groups = useNouns();
  const more = useRef<HTMLDivElement>(null);
  const counts = useCounts();
  const { pathname } = useLocation();
  const others = groups.flatMap(({ nouns }) => nouns.filter(({ to }) => !TABS.some((tab) => tab.to === to)));
  const isHere = others.some(({ to }) => pathname === to || pathname.startsWith(`${to}/`));
  return (
    <>
      <button type="button" popoverTarget={MORE} aria-current={isHere || undefined}>
        <Icon name="more" />
        More
      </button>
      <div id={MORE} ref={more} popover="auto" className={css.more} onClick={() => more.current?.hidePopover()}>
        {others.map(({ to, name }) => (
          <Link key={to} to={to}>
            {name}
            <Count count={counts[to]} />
          </Link>
        ))}
      </div>
    </>
  );
}

const MORE = 'more-pages';
