import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { SameInTerminal } from '../parts/command-line.js';
import { titleFocus } from './title-focus.js';
import css from './page.module.css';

export interface Crumb {
  name: string;
  to?: string;
}

interface PageProps {
  crumbs?: readonly Crumb[];
  /** The title: a sentence. */
  title: ReactNode;
  sub?: ReactNode;
  /** The command that does the same. */
  run?: string;
  children?: ReactNode;
}

/** A page: where it is, a sentence, what it shows, and the line that does the same in a terminal. */
export function Page({ crumbs = [], title, sub, run, children }: PageProps) {
  return (
    <>
      <PageHead crumbs={crumbs} title={title} sub={sub} />
      {children}
      {run !== undefined && <SameInTerminal run={run} />}
    </>
  );
}

export function PageHead({ crumbs = [], title, sub }: Omit<PageProps, 'children' | 'run'>) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => titleFocus.appeared(heading.current), []);
  useEffect(() => {
    const text = heading.current?.textContent ?? '';
    document.title = text ? `${text.slice(0, 70)} · Orrery` : 'Orrery';
  });
  return (
    <header className={css.head}>
      {crumbs.length > 0 && (
        <nav className={css.crumb} aria-label="Where this is">
          {crumbs.map(({ name, to }, at) => (
            <span key={name}>
              {at > 0 && <span aria-hidden="true">/ </span>}
              {to ? <Link to={to}>{name}</Link> : name}
            </span>
          ))}
        </nav>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {sub && <div className={css.sub}>{sub}</div>}
    </header>
  );
}
