import { Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { later } from '../parts/later.js';
import { LostBanner } from './lost-banner.js';
import type { Over } from './keys.js';
import { WithDialog } from './open-dialog.js';
import { UpdateNotice } from './update-notice.js';
import { useKeys } from './use-keys.js';
import { titleFocus } from './title-focus.js';
import { PhoneTabs, Rail, TopBar } from './rail.js';
import css from './frame.module.css';

const Palette = later(async () => (await import('../pages/all-pages.js')).Palette);
const KeyHelp = later(async () => (await import('../pages/all-pages.js')).KeyHelp);

/** What surrounds every page: the nouns, and whether Orrery can be reached. */
export function Frame() {
  useFocusOnTitle();
  const [over, setOver] = useState<Over>();
  const search = () => setOver('search');
  useKeys(setOver);
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#main">
        Skip to content
      </a>
      <div className={css.notices}>
        <LostBanner />
        <UpdateNotice />
      </div>
      <TopBar onSearch={search} />
      <Rail onSearch={search} />
      <WithDialog>
        <main id="main" className={css.main} tabIndex={-1}>
          <Outlet />
        </main>
      </WithDialog>
      <PhoneTabs />
      <Suspense>
        {over === 'search' && <Palette onClose={() => setOver(undefined)} />}
        {over === 'keys' && <KeyHelp onClose={() => setOver(undefined)} />}
      </Suspense>
    </div>
  );
}

/** After navigation, readers and keyboards go on at the title of the new page. */
function useFocusOnTitle(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (path === undefined || path === last.current) return;
    const isFirst = last.current === undefined;
    last.current = path;
    if (!isFirst) titleFocus.want();
  }, [path]);
}
