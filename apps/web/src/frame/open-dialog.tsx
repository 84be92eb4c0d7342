import { useRouterState } from '@tanstack/react-router';
import {
  createContext,
  Suspense,
  useContext,
  useEffect,
  useId,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';

type Dialog = (close: () => void) => ReactNode;

/**
 * The dialog that is open. It belongs to the frame and not to the button that opened it: what the dialog does may end that button, with
 * the row or the page around it, and somebody still follows what becomes of it.
 */
class OpenDialog {
  #shown: { of: string; dialog: Dialog } | undefined;
  readonly #changed = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  };

  readonly shown = (): { of: string; dialog: Dialog } | undefined => this.#shown;

  readonly close = (): void => this.#become(undefined);

  open(of: string, dialog: Dialog): void {
    this.#become({ of, dialog });
  }

  /** While its button is there, an open dialog knows what the button knows. */
  renew(of: string, dialog: Dialog): void {
    if (this.#shown?.of === of && this.#shown.dialog !== dialog) this.#become({ of, dialog });
  }

  #become(shown: { of: string; dialog: Dialog } | undefined): void {
    this.#shown = shown;
    for (const listener of this.#changed) listener();
  }
}

const Context = createContext(new OpenDialog());

/** What is around all buttons and shows the dialog of one of them. */
export function WithDialog({ children }: { children: ReactNode }) {
  const [open] = useState(() => new OpenDialog());
  return (
    <Context value={open}>
      {children}
      <Shown open={open} />
    </Context>
  );
}

function Shown({ open }: { open: OpenDialog }) {
  const shown = useSyncExternalStore(open.subscribe, open.shown);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // Who goes to another page has done with it.
  useEffect(() => open.close, [open, path]);
  return <Suspense key={shown?.of}>{shown?.dialog(open.close)}</Suspense>;
}

/** Opens this dialog, which is closed by itself or with its page. */
export function useDialog(dialog: Dialog): () => void {
  const open = useContext(Context);
  const id = useId();
  useEffect(() => open.renew(id, dialog));
  return () => open.open(id, dialog);
}
