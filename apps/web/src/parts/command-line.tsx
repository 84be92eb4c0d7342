import { useEffect, useRef, useState } from 'react';
import { unbroken } from './unbroken.js';
import css from './command-line.module.css';

const SHOWN_MS = 1400;

/** A line for a terminal, to copy. What a host or a network's owner wrote is only ever text in it. */
export function CommandLine({ run }: { run: string }) {
  const text = useRef<HTMLSpanElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await copyText(run, text.current);
    setCopied(true);
  };
  return (
    <div className={css.line}>
      <span ref={text}>{unbroken(run)}</span>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${run}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

/** Over plain HTTP there is no clipboard for pages: the line is selected, to be copied by hand. */
async function copyText(value: string, shown: HTMLElement | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown);
    document.execCommand('copy');
  }
}

/** The end of every page. */
export function SameInTerminal({ run }: { run: string }) {
  return (
    <div className={css.end}>
      <p>The same in a terminal</p>
      <CommandLine run={run} />
    </div>
  );
}
