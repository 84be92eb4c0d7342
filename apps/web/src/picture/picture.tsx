import { useEffect, useImperativeHandle, useMemo, useRef, type Ref, type RefObject } from 'react';
import { isArrow, neighbor } from './keys.js';
import { Legend, ZoomButtons } from './picture-controls.js';
import { PictureCanvas } from './picture-canvas.js';
import classes from './picture.module.css';
import { sayHost, sayPicture } from './say.js';
import { sceneOf, type Scene } from './scene.js';
import { type Topology } from './topology.js';

export interface PictureHandle {
  /** News about a host: it sends one ring. */
  ring(host: string): void;
}

export interface PictureProps {
  /** Undefined while it is being fetched. */
  readonly topology: Topology | undefined;
  /** The ID of a host. */
  readonly chosen: string | null;
  readonly onChoose: (host: string | null) => void;
  readonly onOpen: (host: string) => void;
  readonly ref?: Ref<PictureHandle>;
}

/** The fleet as an orrery, on a canvas that fills the element around it. `asList` tells the same. */
export function Picture({ topology, chosen, onChoose, onOpen, ref }: PictureProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const scene = useScene(topology);
  const picture = usePictureCanvas(element, scene, chosen);
  useImperativeHandle(ref, () => ({ ring: (host) => picture.current?.ring(host) }), [picture]);
  const found = chosen === null ? undefined : scene?.byId.get(chosen);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = scene && neighbor(scene.hosts, chosen, event.key);
    const zoom = ZOOM_KEYS[event.key];
    if (next !== undefined) onChoose(next);
    else if (event.key === 'Enter' && found) onOpen(found.id);
    else if (event.key === 'Escape' && chosen !== null) onChoose(null);
    else if (event.key === '0') picture.current?.showAll();
    else if (zoom !== undefined) picture.current?.zoomBy(zoom);
    else if (!isArrow(event.key)) return;
    event.preventDefault();
  };
  const onClick = (event: React.MouseEvent) => {
    const at = picture.current?.at(pointOf(event));
    if (at && !('id' in at)) picture.current?.zoomInto(at);
    else if (event.detail < 2) onChoose(at && at.id !== chosen ? at.id : null);
  };
  const onDoubleClick = (event: React.MouseEvent) => {
    const at = picture.current?.at(pointOf(event));
    if (at && 'id' in at) onOpen(at.id);
  };
  return (
    <div className={classes.picture}>
      <canvas
        ref={element}
        className={classes.canvas}
        tabIndex={0}
        role="img"
        aria-label={sayPicture(scene)}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onPointerMove={(event) => picture.current?.point(event.pointerType === 'mouse' ? pointOf(event) : undefined)}
        onPointerLeave={() => picture.current?.point(undefined)}
      />
      <p className={classes.spoken} role="status">
        {scene && found ? sayHost(scene, found) : ''}
      </p>
      {scene && <LegendOf scene={scene} />}
      <ZoomButtons zoomBy={(factor) => picture.current?.zoomBy(factor)} showAll={() => picture.current?.showAll()} />
    </div>
  );
}

function LegendOf({ scene: { hosts, controllers, topology } }: { readonly scene: Scene }) {
  const states = useMemo(() => {
    const ofHosts = hosts.flatMap(({ state, nodes }) => [state, ...nodes.map((node) => node.state)]);
    return new Set([...ofHosts, ...controllers.map(({ state }) => state)]);
  }, [hosts, controllers]);
  return <Legend states={states} nodes={topology.nodes.length > 0} controllers={controllers.length > 0} />;
}

const ZOOM_KEYS: Readonly<Record<string, number>> = { '+': 1.5, '=': 1.5, '-': 1 / 1.5 };

function pointOf({ nativeEvent }: React.MouseEvent): { x: number; y: number } {
  return { x: nativeEvent.offsetX, y: nativeEvent.offsetY };
}

/** The scene before is kept so that its layout stays while the names do. */
function useScene(topology: Topology | undefined): Scene | undefined {
  const before = useRef<Scene>(undefined);
  return useMemo(() => {
    before.current = topology && sceneOf(topology, before.current);
    return before.current;
  }, [topology]);
}

function usePictureCanvas(
  element: RefObject<HTMLCanvasElement | null>,
  scene: Scene | undefined,
  chosen: string | null,
): RefObject<PictureCanvas | null> {
  const picture = useRef<PictureCanvas>(null);
  useEffect(() => {
    const canvas = element.current;
    if (!canvas) return undefined;
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const made = new PictureCanvas(canvas, () => calm.matches);
    picture.current = made;
    const resize = () => made.resize();
    const retheme = () => made.retheme();
    const sizes = new ResizeObserver(resize);
    sizes.observe(canvas);
    dark.addEventListener('change', retheme);
    // A window that moves to a screen of another density has the same size; fonts come after the first frame.
    addEventListener('resize', resize);
    document.fonts.addEventListener('loadingdone', retheme);
    return () => {
      sizes.disconnect();
      dark.removeEventListener('change', retheme);
      removeEventListener('resize', resize);
      document.fonts.removeEventListener('loadingdone', retheme);
      made.stop();
      picture.current = null;
    };
  }, [element]);
  useEffect(() => picture.current?.show(scene), [scene]);
  useEffect(() => picture.current?.choose(chosen), [chosen]);
  return picture;
}
