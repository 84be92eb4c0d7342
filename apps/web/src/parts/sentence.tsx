import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { Clocked } from './age.js';
import { unbroken } from './unbroken.js';
import { namedAt, timesIn } from './words.js';

export interface Linked {
  text: string;
  to: string;
  /** What stands behind the `?` of the address. */
  search?: Record<string, string>;
}

/** A sentence whose things lead to their pages: each is linked where it is named first. */
export function Sentence({ text, links }: { text: string; links: readonly Linked[] }): ReactNode {
  let rest = text;
  const parts: ReactNode[] = [];
  const waiting = new Set(links.filter((link) => link.text !== ''));
  while (waiting.size > 0) {
    const found = [...waiting]
      .map((link) => ({ link, at: namedAt(rest, link.text) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.link.text.length - a.link.text.length)[0];
    if (!found) break;
    const { link, at } = found;
    if (at > 0) parts.push(<Prose key={`before ${link.text}`} text={rest.slice(0, at)} />);
    parts.push(
      <Link key={link.text} to={link.to} search={link.search ?? {}}>
        {unbroken(link.text)}
      </Link>,
    );
    rest = rest.slice(at + link.text.length);
    waiting.delete(link);
  }
  return [...parts, <Prose key="rest" text={rest} />];
}

/** Text whose `words in backticks` are set as code, with times as on the clock of whoever reads. */
export function Prose({ text }: { text: string }): ReactNode {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{clocked(part)}</Fragment>));
}

const clocked = (text: string): ReactNode =>
  timesIn(text).map((part, at) => (
    <Fragment key={at}>{typeof part === 'string' ? unbroken(part) : <Clocked at={part.at} />}</Fragment>
  ));
