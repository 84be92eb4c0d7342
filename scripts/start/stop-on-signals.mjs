import { seconds } from '../setup/steps.mjs';

/** npm passes Ctrl-C on although the terminal has sent it to us already: what comes so soon after the first is the same one. */
const SAME_SIGNAL_MS = 700;

/**
 * Ends this process in order on Ctrl-C, SIGTERM and a closed terminal. A second Ctrl-C ends it at once.
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
      `Orrery has stopped (${seconds(performance.now() - since)}). Containers keep running; npm start takes them up again.`,
    );
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
}
