import sequencer from '@jest/test-sequencer';
import { basename } from 'node:path';

/**
 * Always started first: tests that measure the cost of an attacker to a neighbor, and tests that mostly wait, to run
 * beside them.
 */
const CALM = ['flood', 'strangers', 'renewal', 'malicious-network', 'lockout'];
/** If started last, these would still run when all others have ended; they wait half of the time. */
const LONG = [
  ...['hostile-desired', 'canary', 'http-hardening', 'enrolment', 'installer'],
  ...['f16-partition', 'f28-random-kills', 'f17-paused', 'f27-restored-backup', 'f06-api-killed', 'f21-cloned'],
  ...[
    'labelled-system',
    'own-root',
    'attached-system',
    'causes-and-crashes',
    'two-containers',
    'host-joins',
    'launch',
    'orrery-zt',
    'daemon-statuses',
    'admission',
  ],
];

/** Node returns the default export of a CommonJS module directly, contrary to its types. */
const Sequencer = /** @type {typeof sequencer.default} */ (/** @type {unknown} */ (sequencer));

/** Jest orders files by their last duration, or by size if that is unknown, as in a fresh clone. */
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
