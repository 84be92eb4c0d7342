import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { meaningOf, type Over } from './keys.js';
import { useNouns } from './use-nouns.js';

const WRITTEN_IN = 'input:not([type="range"]), textarea, select, [contenteditable]';

/** Somebody is writing, a shortcut of the browser is meant, or a dialog lies over the page. */
function isMeantElsewhere({ target, ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return true;
  return (
    (target instanceof Element && target.closest(WRITTEN_IN) !== null) ||
    document.querySelector('dialog[open]') !== null
  );
}

/** `/`, `?`, and `g` with a letter. */
export function useKeys(lay: (over: Over) => void): void {
  const navigate = useNavigate();
  const groups = useNouns();
  const lastG = useRef(-Infinity);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (isMeantElsewhere(event)) return;
      const meant = meaningOf(event.key, event.timeStamp - lastG.current, groups);
      lastG.current = event.key === 'g' ? event.timeStamp : -Infinity;
      if (!meant) return;
      event.preventDefault();
      if ('over' in meant) lay(meant.over);
      else void navigate({ to: meant.to });
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [navigate, groups, lay]);
}
