// Preloaded into an agent whose clock must be wrong. On SIGUSR2 it jumps by as much to the other side, or by what a file then says.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env.ORRERY_TEST_CLOCK_FILE;
const read = () =>
  Number(file === undefined ? (process.env.ORRERY_TEST_CLOCK_SHIFT_MS ?? 0) : readFileSync(file, 'utf8'));
let shift = read();
process.on('SIGUSR2', () => (shift = file === undefined ? -shift : read()));

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift;
  }
};
