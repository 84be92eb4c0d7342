/** What runs in the page: text, because it is for a browser. */

/** `usableAt`: when the frame is drawn that has the sentence, and the picture with so many hosts. */
export const whenUsable = (hosts: string): string => `{
  const look = () => {
    const isThere = document.querySelector('h1') && document.querySelector('canvas[aria-label*="${hosts} hosts"]');
    requestAnimationFrame(isThere ? () => (globalThis.usableAt = performance.now()) : look);
  };
  requestAnimationFrame(look);
}`;

/** `probe`: how much later than asked for timers run, so long a task had the page; and the tasks of at least 50 ms. */
export const WATCH = `{
  const EVERY_MS = 10;
  const probe = { waits: [], longTasks: [] };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) probe.longTasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  let timer;
  const ask = () => {
    const asked = performance.now();
    timer = setTimeout(() => {
      probe.waits.push(Math.max(0, performance.now() - asked - EVERY_MS));
      ask();
    }, EVERY_MS);
  };
  ask();
  probe.stop = () => {
    clearTimeout(timer);
    observer.disconnect();
  };
  globalThis.probe = probe;
}`;

export const WATCHED = `(() => {
  probe.stop();
  return { waits: probe.waits, longTasks: probe.longTasks };
})()`;

/** `frames`: milliseconds from each to the next. */
export const WATCH_FRAMES = `{
  globalThis.frames = [];
  globalThis.isMeasuring = true;
  let before;
  const frame = (now) => {
    if (before !== undefined) frames.push(now - before);
    before = now;
    if (isMeasuring) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}`;

export const FRAMES = `(() => {
  globalThis.isMeasuring = false;
  return globalThis.frames;
})()`;
