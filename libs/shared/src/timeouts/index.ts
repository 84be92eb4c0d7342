/**
 * Aborts after so many milliseconds, with a TimeoutError, and keeps no process alive: as `AbortSignal.timeout`, but also within
 * `AbortSignal.any`. In Node.js 20 the garbage collector removes a composite that has only signals of `AbortSignal.timeout` and listeners,
 * and then it never aborts. The timer holds this signal, and with it every composite.
 */
export function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController();
  const late = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  setTimeout(late, ms).unref();
  return controller.signal;
}
