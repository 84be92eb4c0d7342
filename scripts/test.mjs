// npm test                        runs everything that can run on this machine
// npm test -- unit                runs one suite (or several)
// npm test -- int path/to/spec    runs a part of one
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './setup/build.mjs';
import { findEngine } from './setup/engine.mjs';
import { install, isInstalled } from './setup/install.mjs';
import { seconds, step } from './setup/steps.mjs';
import { natsBinary } from './servers/nats-binary.mjs';
import { postgresBinaries } from './servers/postgres-binaries.mjs';
import { summaryLines } from './testing/failures.mjs';
import { quarantine } from './testing/quarantine.mjs';
import { runSuite } from './testing/run-suite.mjs';
import { parseArguments, whyLeftOut } from './testing/suites.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { chosen, paths } = parseArguments(process.argv.slice(2));
// Servers and folders of the tests belong to this process: a reaper cleans up when it ends, for whatever reason.
const env = { ...process.env, ORRERY_TEST_OWNER: String(process.pid) };

try {
  if (!isInstalled(root)) await step('Installing packages', () => install(root));
  if (!isBuilt(root)) await step('Building', () => build(root));
  await step('Finding the servers', async (say) => {
    postgresBinaries();
    return natsBinary({ say });
  });
  const results = await runAll(await findEngine());
  process.exitCode = summarize(results);
} catch (error) {
  console.error(`\n${error.message}\n\n0 passed, 1 failed`);
  process.exitCode = 1;
}

async function runAll(engine) {
  const results = [];
  for (const suite of chosen) {
    const reason = whyLeftOut(suite, engine, env);
    if (reason) {
      console.log(`\n!!! ${suite.name}: LEFT OUT, ${reason}`);
      results.push({ suite, leftOut: reason });
      continue;
    }
    console.log(`\n=== ${suite.name}: ${suite.about} (budget ${seconds(suite.budget * 1000)})`);
    const start = performance.now();
    const counts = await runSuite(suite, { root, paths, env });
    results.push({ suite, counts, took: performance.now() - start });
  }
  return results;
}

function summarize(results) {
  console.log('');
  const total = { passed: 0, failed: 0, skipped: 0, files: 0 };
  for (const { suite, counts, took, leftOut } of results) {
    console.log(`${suite.name.padEnd(8)} ${leftOut ? `LEFT OUT: ${leftOut}` : describe(counts, took, suite.budget)}`);
    for (const line of counts ? summaryLines(counts) : []) console.log(`         ${line}`);
    for (const key of Object.keys(total)) total[key] += counts?.[key] ?? 0;
  }
  const nothing = paths.length > 0 && total.files === 0 && total.failed === 0;
  if (nothing) console.log(`No test file matches ${paths.join(' ')}.`);
  console.log(`Tests in quarantine: ${quarantine.length}`);
  const failed = total.failed + (nothing ? 1 : 0);
  console.log(`\n${total.passed} passed, ${failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return failed ? 1 : 0;
}

function describe({ passed, failed, skipped, files, note }, took, budget) {
  if (files === 0 && failed === 0) return paths.length ? 'nothing matches' : 'ABSENT: no test files';
  const over = took > budget * 1000 ? `, OVER its budget of ${budget} s` : '';
  return `${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds(took)}${over}${note ? ` (${note})` : ''}`;
}
