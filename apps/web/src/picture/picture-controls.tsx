import { type ReactNode } from 'react';
import classes from './picture.module.css';
import { type State } from './topology.js';

interface LegendProps {
  /** What is in the picture. */
  readonly states: ReadonlySet<State>;
  readonly nodes: boolean;
  readonly controllers: boolean;
}

/** What the shapes and lines mean: of states only those that somebody can see here. The name of the picture says the same in words. */
export function Legend({ states, nodes, controllers }: LegendProps) {
  return (
    <div className={classes.legend} aria-hidden="true">
      <Shown name="host">
        <circle className={classes.host} cx="11" cy="7" r="5.6" fill="currentColor" />
      </Shown>
      {nodes && (
        <Shown name="node of a host">
          <circle className={classes.orbit} cx="11" cy="7" r="5.6" fill="none" stroke="currentColor" />
          <circle className={classes.node} cx="15.4" cy="3.5" r="2.6" fill="currentColor" />
        </Shown>
      )}
      {controllers && (
        <Shown name="controller">
          <path className={classes.host} d="M11 .8l5.4 3.1v6.2L11 13.2 5.6 10.1V3.9z" fill="currentColor" />
          <path className={classes.ground} d="M11 4.6l2.1 1.2v2.4L11 9.4 8.9 8.2V5.8z" fill="currentColor" />
        </Shown>
      )}
      <States states={states} />
      <Shown name="direct path">
        <path className={classes.direct} d="M0 7h22" stroke="currentColor" strokeWidth="1.6" />
      </Shown>
      <Shown name="relayed path">
        <path className={classes.waiting} d="M0 7h22" stroke="currentColor" strokeWidth="1.8" strokeDasharray="5 3" />
      </Shown>
      <span>Choose a host to see its paths</span>
    </div>
  );
}

function States({ states }: Pick<LegendProps, 'states'>) {
  return (
    <>
      {states.has('waiting') && (
        <Shown name="waiting">
          <g className={classes.waiting}>
            <circle cx="11" cy="7" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
            <path d="M11 1.6a5.4 5.4 0 010 10.8z" fill="currentColor" />
          </g>
        </Shown>
      )}
      {states.has('failed') && (
        <Shown name="failed">
          <path className={classes.failed} d="M11 .6L17.4 7 11 13.4 4.6 7z" fill="currentColor" />
          <path className={classes.ground} d="M11 4v3.4M11 9.1v1.2" stroke="currentColor" strokeWidth="1.5" />
        </Shown>
      )}
      {states.has('away') && (
        <Shown name="unreachable">
          <g className={classes.away} fill="none" stroke="currentColor" strokeWidth="1.4">
            <circle cx="11" cy="7" r="5.4" strokeDasharray="2.4 2.1" />
            <path d="M8.7 9.3l4.6-4.6" />
          </g>
        </Shown>
      )}
      {states.has('unknown') && (
        <Shown name="unknown">
          <g className={classes.unknown} fill="none" stroke="currentColor" strokeDasharray="1.8 2.2">
            <circle cx="11" cy="7" r="5.4" />
          </g>
        </Shown>
      )}
    </>
  );
}

function Shown({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <span>
      <svg viewBox="0 0 22 14" width="22" height="14">
        {children}
      </svg>
      {name}
    </span>
  );
}

interface Zoom {
  readonly zoomBy: (factor: number) => void;
  readonly showAll: () => void;
}

export function ZoomButtons({ zoomBy, showAll }: Zoom) {
  return (
    <div className={classes.buttons}>
      <ZoomButton label="Zoom in" d="M7 2v10M2 7h10" onClick={() => zoomBy(1.6)} />
      <ZoomButton label="Zoom out" d="M2 7h10" onClick={() => zoomBy(1 / 1.6)} />
      <ZoomButton label="Show all" d="M1.5 5V1.5H5M9 1.5h3.5V5M12.5 9v3.5H9M5 12.5H1.5V9" onClick={showAll} />
    </div>
  );
}

function ZoomButton({
  label,
  d,
  onClick,
}: {
  readonly label: string;
  readonly d: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" className={classes.button} aria-label={label} title={label} onClick={onClick}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
        <path d={d} fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
    </button>
  );
}
