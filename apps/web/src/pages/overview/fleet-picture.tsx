import { useEffect, useRef, type ReactNode } from 'react';
import { useNavigate } from '@tanstack/react-router';
import type { Shape } from '../../api/client.js';
import { useFleetEvents } from '../../live/use-live.js';
import { Picture, type PictureHandle } from '../../picture/picture.js';
import { hostPlace } from '../../parts/places.js';
import { SiteList } from './site-list.js';
import css from './overview.module.css';

export type Shown = 'picture' | 'list';

interface FleetPictureProps {
  topology: Shape<'Topology'> | undefined;
  chosen: string | null;
  onChoose: (host: string | null) => void;
  shown: Shown;
  onShow: (shown: Shown) => void;
  /** What can be done with the fleet. */
  acts: ReactNode;
}

/** The fleet as an orrery, or as a list that tells the same. */
export function FleetPicture({ topology, chosen, onChoose, shown, onShow, acts }: FleetPictureProps) {
  const navigate = useNavigate();
  const open = (id: string) => {
    const host = topology?.hosts.find((one) => one.id === id);
    if (host) void navigate({ to: hostPlace(host.name) });
  };
  const picture = useRef<PictureHandle>(null);
  useFleetEvents(({ orreryhost }) => orreryhost !== null && picture.current?.ring(orreryhost));
  useKeyOfList(() => onShow(shown === 'list' ? 'picture' : 'list'));
  return (
    <div className={css.picture}>
      <div className={css.over}>
        <div className={css.choices} role="group" aria-label="Shown as">
          {(['picture', 'list'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={shown === one} onClick={() => onShow(one)}>
              {one === 'picture' ? 'Picture' : 'List'}
            </button>
          ))}
        </div>
        {acts}
      </div>
      {shown === 'list' ? (
        <SiteList />
      ) : (
        <div className={css.canvas}>
          <Picture ref={picture} topology={topology} chosen={chosen} onChoose={onChoose} onOpen={open} />
        </div>
      )}
    </div>
  );
}

/** `l` shows the same as a list, unless somebody is writing. */
function useKeyOfList(toggle: () => void): void {
  useEffect(() => {
    const hear = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      const isWriting = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if (key === 'l' && !isWriting && !ctrlKey && !metaKey && !altKey) toggle();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  });
}
