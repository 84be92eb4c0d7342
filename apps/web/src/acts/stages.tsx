import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { Mark } from '../parts/mark.js';
import { useLiveState } from '../live/use-live.js';
import { useNetworkNames } from '../pages/events/use-network-names.js';
import { hasEnded, laneOf, stageRows, stageWord, timeWord, type StageRow } from './stage-rows.js';
import { useTicking } from './ticking.js';
import css from './stages.module.css';

type Command = Shape<'Command'>;

/** The stages of a command as they are observed, each with its time and a lane to scale; the open one grows. */
export function Stages({ command }: { command: Command }) {
  const names = useNetworkNames();
  const elapsed = useElapsed(command);
  const rows = stageRows(command);
  const lane = laneOf(Math.max(elapsed, ...rows.map(({ to = 0 }) => to)));
  return (
    <ol className={css.stages} aria-label="Stages" aria-live="polite">
      <li className={css.axis} aria-hidden="true">
        <span className={css.lane}>
          {[0, 1, 2, 3, 4].map((tick) => (
            <i key={tick} style={{ left: `${tick * 20}%` }}>
              {tick === 0 ? '0 s' : tickWord(tick * lane.step)}
            </i>
          ))}
        </span>
      </li>
      {rows.map((row, at) => (
        <Row key={`${row.stage} ${at}`} row={row} laneMs={lane.ms} elapsed={elapsed} names={names} />
      ))}
    </ol>
  );
}

interface RowProps {
  row: StageRow;
  laneMs: number;
  elapsed: number;
  names: ReadonlyMap<string, string>;
}

function Row({ row: { stage, is, detail, from, to, hasWaited }, laneMs, elapsed, names }: RowProps) {
  const isOpen = to === undefined && is !== 'todo';
  const end = to ?? elapsed;
  const left = `${(100 * from) / laneMs}%`;
  const width = `${(100 * Math.max(0, end - from)) / laneMs}%`;
  return (
    <li className={`${css[is]} ${isOpen ? css.open : ''}`}>
      {is === 'todo' ? <span className={css.dot} /> : <Mark is={is} />}
      <span className={css.name}>{stageWord(stage)}</span>
      <span className={css.detail}>
        {[names.get(detail) ?? detail, hasWaited && to !== undefined && `after ${timeWord(to - from)}`]
          .filter(Boolean)
          .join(', ')}
      </span>
      <span className={css.lane} aria-hidden="true">
        {is !== 'todo' && <i style={{ left, width }} />}
      </span>
      {/* Readers hear of stages, not of every tenth of a second. */}
      <time aria-hidden={isOpen}>{is === 'todo' ? '' : timeWord(end, isOpen ? 1 : 2)}</time>
    </li>
  );
}

/**
 * Milliseconds since it was accepted, by our clock unless that is plainly another than the API's. While the API cannot
 * be reached, nobody knows how long a stage takes.
 */
export function useElapsed(command: Command): number {
  const isOpen = !hasEnded(command);
  const isLost = useLiveState().is === 'lost';
  const now = useTicking(isOpen && !isLost);
  const last = command.stages.at(-1)?.ms ?? 0;
  const [skew] = useState(() => Math.min(0, Date.now() - Date.parse(command.createdAt) - last));
  const created = Date.parse(command.createdAt);
  if (!isOpen) return command.endedAt === null ? last : Date.parse(command.endedAt) - created;
  return Math.max(last, now - created - skew);
}

const tickWord = (seconds: number): string => {
  if (seconds < 60) return String(Number(seconds.toFixed(2)));
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
};
