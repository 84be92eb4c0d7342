import { useEffect, useRef, type ReactNode } from 'react';
import css from './search.module.css';

interface OverlayProps {
  label: string;
  onClose: () => void;
  children: ReactNode;
}

/** Lies over the page until Escape, or a click beside it. The browser gives the focus back. */
export function Overlay({ label, onClose, children }: OverlayProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!element.current?.open) element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={label}
      className={css.overlay}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
    >
      <div>{children}</div>
    </dialog>
  );
}
