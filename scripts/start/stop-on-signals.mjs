import { seconds } from '../setup/steps.mjs';

/** npm forwards a Ctrl-C that the terminal has already sent to us: a second signal so soon after the first is the same one. */
const SAME_SIGNAL_MS = 700;

/**
 * Ends this process in order on Ctrl-C, SIGTERM and when the terminal closes. A second Ctrl-C ends it at once.
 * @param {() => Promise<void>} stop
 */
export function stopOnSignals(stop) {
  let since;
  const end = async () => {
    if (since !== undefined) {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    since = performance.now();
    console.log('\nStopping agents, API, NATS and Postgres …');
    await stop();
    console.log(
      `Orrery has stopped (${seconds(performance.now() - since)}). Containers keep running; npm start manages them again.`,
    );
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
}
