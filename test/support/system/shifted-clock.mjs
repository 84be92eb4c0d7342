// Preloaded into an agent whose clock must be wrong. On SIGUSR2 it jumps by as much to the other side.
const RealDate = Date;
let shift = Number(process.env.ORRERY_TEST_CLOCK_SHIFT_MS ?? 0);
process.on('SIGUSR2', () => (shift = -shift));

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift;
  }
};
