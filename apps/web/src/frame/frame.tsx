import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { LostBanner } from './lost-banner.js';
import { titleFocus } from './title-focus.js';
import { PhoneTabs, Rail, TopBar } from './rail.js';
import css from './frame.module.css';

/** What surrounds every page: the nouns, and whether Orrery can be reached. */
export function Frame() {
  useFocusOnTitle();
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#main">
        Skip to content
      </a>
      <LostBanner />
      <TopBar />
      <Rail />
      <main id="main" className={css.main} tabIndex={-1}>
        <Outlet />
      </main>
      <PhoneTabs />
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
