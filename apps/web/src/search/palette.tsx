import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { useNouns } from '../frame/use-nouns.js';
import { StateWord } from '../parts/mark.js';
import type { Entry } from './entries.js';
import { Overlay } from './overlay.js';
import { useSearch } from './use-search.js';
import css from './search.module.css';

/** The API refuses longer texts. */
const LONGEST = 100;

/** Searches everything: arrows choose, Enter opens. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, write] = useState('');
  const [chosen, choose] = useState(0);
  const navigate = useNavigate();
  const { entries: found, isBusy, error } = useSearch(text.trim());
  const entries = [...found, ...usePages(text.trim())];
  const at = Math.min(chosen, entries.length - 1);
  // It returns a promise in newer browsers.
  useEffect(() => void document.getElementById(idOf(at))?.scrollIntoView({ block: 'nearest' }), [at]);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void navigate({ to: entry.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined && entries.length > 0) choose((at + step + entries.length) % entries.length);
    else if (event.key === 'Enter') open(isBusy && found.length === 0 ? undefined : entries[at]);
    else return;
    event.preventDefault();
  };
  const onWrite = (value: string) => {
    write(value);
    choose(0);
  };
  return (
    <Overlay label="Search" onClose={onClose}>
      <Words text={text} onWrite={onWrite} onKeyDown={onKeyDown} active={entries.length > 0 ? idOf(at) : undefined} />
      {entries.length > 0 && (
        <ul id="found" role="listbox" aria-label="Found" className={css.found}>
          {entries.map((entry, index) => (
            <Option key={`${entry.kind} ${entry.to}`} entry={entry} index={index} isChosen={index === at} open={open} />
          ))}
        </ul>
      )}
      <p className={css.said} role="status">
        {error ? `${error.message}.` : isBusy ? 'Searching' : sayFound(text.trim(), entries.length)}
      </p>
    </Overlay>
  );
}

interface WordsProps {
  text: string;
  onWrite: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** The ID of what is chosen among what was found; undefined: nothing was. */
  active: string | undefined;
}

const Words = ({ text, onWrite, onKeyDown, active }: WordsProps) => (
  <input
    type="text"
    role="combobox"
    className={css.input}
    aria-label="Search everything"
    placeholder="A host, container, node, network or membership"
    aria-expanded={active !== undefined}
    aria-controls="found"
    aria-autocomplete="list"
    aria-activedescendant={active}
    autoComplete="off"
    spellCheck={false}
    maxLength={LONGEST}
    value={text}
    onChange={({ target }) => onWrite(target.value)}
    onKeyDown={onKeyDown}
  />
);

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
const idOf = (index: number) => `found-${index}`;

function sayFound(text: string, count: number): string {
  if (count === 0) return `Nothing has “${text}” in its name or address`;
  return text === '' ? 'Arrows choose, Enter opens' : `${count} found. Arrows choose, Enter opens`;
}

interface OptionProps {
  entry: Entry;
  index: number;
  isChosen: boolean;
  open: (entry: Entry) => void;
}

function Option({ entry, index, isChosen, open }: OptionProps) {
  const { name, kind, about, standing } = entry;
  return (
    <li id={idOf(index)} role="option" aria-selected={isChosen} onClick={() => open(entry)}>
      <span className={css.name}>
        {name} {about !== undefined && about !== name && <code>{about}</code>}
      </span>
      {standing && <StateWord is={standing.is}>{standing.word}</StateWord>}
      <span className={css.kind}>{kind}</span>
    </li>
  );
}

/** The pages themselves: all as long as nothing is written. */
function usePages(text: string): Entry[] {
  const nouns = useNouns().flatMap((group) => group.nouns);
  const wanted = text.toLowerCase();
  return nouns
    .filter(({ name }) => name.toLowerCase().startsWith(wanted))
    .map(({ to, name }) => ({ to, name, kind: 'page' }));
}
