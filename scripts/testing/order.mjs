import sequencer from '@jest/test-sequencer';
import { basename } from 'node:path';

/** Always begun first: those that measure what an attacker costs a neighbour, and, to run beside it, those that mostly wait. */
const CALM = ['flood', 'strangers', 'renewal', 'malicious-network', 'lockout'];
/** Begun last these would run on alone; half of their time is waiting. */
const LONG = [
  ...['hostile-desired', 'canary', 'http-hardening', 'enrolment', 'installer'],
  ...['f16-partition', 'f28-random-kills', 'f17-paused', 'f27-restored-backup', 'f06-api-killed', 'f21-cloned'],
  ...['causes-and-crashes', 'two-containers', 'host-joins', 'launch', 'orrery-zt', 'daemon-statuses', 'admission'],
];

/** Node gives the CommonJS module's default itself, and not as its types say. */
const Sequencer = /** @type {typeof sequencer.default} */ (/** @type {unknown} */ (sequencer));

/** Jest's own order is by how long files took last time; where it does not know, as in a fresh clone, it is by their size. */
class Order extends Sequencer {
  /**
   * @override
   * @param {any[]} tests
   */
  sort(tests) {
    const usual = /** @type {any[]} */ (super.sort(tests));
    const isKnown = usual.every(({ duration }) => duration !== undefined);
    const first = isKnown ? CALM : [...CALM, ...LONG];
    const rank = ({ path }) => {
      const at = first.indexOf(basename(path, '.spec.ts'));
      return at < 0 ? first.length : at;
    };
    return usual.sort((one, other) => rank(one) - rank(other));
  }
}

export { Order as default }; // as Jest wants it
