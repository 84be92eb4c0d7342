// The suites of `npm test`, in the order in which they run, each with its time budget. test/README.md shows the same table.

import { chromiumIn, HOW_TO_GET_CHROMIUM } from './chromium.mjs';

/** @typedef {{ name: string, budget: number, needs?: 'engine' | 'lab images' | 'chromium', about: string }} Suite `budget` in seconds */

/** @type {Suite[]} */
export const suites = [
  { name: 'unit', budget: 80, about: 'pure code, beside its source' },
  { name: 'int', budget: 260, about: 'one component with a real Postgres or NATS' },
  { name: 'e2e', budget: 80, about: 'API, agents and CLI as processes, with simulated hosts' },
  {
    name: 'browser',
    budget: 75,
    needs: 'chromium',
    about: 'the dashboard in Chromium, with a real API, Postgres and NATS',
  },
  {
    name: 'security',
    budget: 200,
    about: 'what must be refused, each with a control that is allowed',
  },
  { name: 'faults', budget: 230, about: 'things that break on purpose, short versions' },
  { name: 'docker', budget: 280, needs: 'engine', about: 'containers on a real Docker Engine' },
  { name: 'attach', budget: 200, needs: 'engine', about: 'containers of others, with labels, on a real Docker Engine' },
  {
    name: 'explain',
    budget: 230,
    needs: 'engine',
    about: 'classic failures on whole hosts: each is explained, and its fix carried out as it stands',
  },
  {
    name: 'compose',
    budget: 360,
    needs: 'lab images',
    about: 'the real docker-compose.yml: four hosts, the demo, the profile ha',
  },
];

/**
 * Splits `unit int path…` into suites and the paths that narrow them. Without a suite, all run.
 * @param {string[]} args
 */
export function parseArguments(args) {
  const named = args.filter((arg) => suites.some(({ name }) => name === arg));
  return {
    chosen: named.length ? suites.filter(({ name }) => named.includes(name)) : suites,
    paths: args.filter((arg) => !named.includes(arg)),
  };
}

/**
 * Why a suite cannot run on this machine; undefined if it can.
 * @param {Suite} suite
 * @param {import('../setup/engine.mjs').Engine} engine
 * @param {NodeJS.ProcessEnv} env
 */
export function whyLeftOut({ needs }, engine, env) {
  if (needs === 'chromium') return chromiumIn(env) ? undefined : `no Chromium found. Fix: ${HOW_TO_GET_CHROMIUM}`;
  if (needs && !engine.reachable) return `${engine.reason}. Fix: ${engine.fix}`;
  if (needs === 'lab images' && env.ORRERY_COMPOSE !== '1') {
    return 'it needs the lab images. Fix: sh test/lab/build-images.sh, then ORRERY_COMPOSE=1 npm test -- compose';
  }
  return undefined;
}
