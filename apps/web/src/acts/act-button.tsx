import type { ReactNode } from 'react';
import { useMay } from '../door/use-door.js';
import { useDialog } from '../frame/open-dialog.js';
import { useLiveState } from '../live/use-live.js';
import { Button } from '../parts/button.js';
import css from './acts.module.css';

interface ActButtonProps {
  /** As the OpenAPI document names it: who may not, sees no button. */
  operation: string;
  kind?: 'go' | 'plain' | 'bare';
  /** What the button says. */
  name: string;
  /** False: there is nothing to do any more. What is open stays open. */
  isOffered?: boolean;
  /** Loaded on demand. */
  dialog: (close: () => void) => ReactNode;
}

/** A button that opens the dialog of an act. While Orrery cannot be reached, it is off. */
export function ActButton({ operation, kind, name, isOffered = true, dialog }: ActButtonProps) {
  const isAllowed = useMay(operation);
  const isLost = useLiveState().is === 'lost';
  const open = useDialog(dialog);
  if (!isAllowed || !isOffered) return null;
  return (
    <Button kind={kind} disabled={isLost} onClick={open}>
      {name}
    </Button>
  );
}

/** Acts beside each other; nothing at all where there is none. */
export const ActBar = ({ children }: { children: ReactNode }) => <div className={css.bar}>{children}</div>;

/** Those of a bar that stay beside each other where there is no room for all. */
export const ActGroup = ({ children }: { children: ReactNode }) => <div className={css.group}>{children}</div>;
