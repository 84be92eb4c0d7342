/** Milliseconds, as `Date.now()` gives them, of a clock that never jumps: pauses and holds must not wait for a clock to come back. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();
