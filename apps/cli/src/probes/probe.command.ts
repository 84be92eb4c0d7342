import { DryRun, EventPage, Probe, type ProbePost } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { printDryRun } from '../changes/print-dry-run.js';
import { usageError } from '../errors/usage-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { nodeArgument } from '../nodes/node-view.js';
import { ReferenceOption } from '../options/reference-option.js';
import { dryRunOption, outputOption, type OutputOptions, positive } from '../options/shared-options.js';
import { parseDuration } from '../output/duration.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { followProbe } from './follow-probe.js';
import { endLines, exitCodeOf } from './probe-text.js';
import { targetOf, type TargetOptions } from './probe-target.js';

type ProbeOptions = OutputOptions & TargetOptions & { timeout: string; dryRun?: boolean };

/** `orrery probe`: tests what a node can reach, from inside its network namespace, and prints each line as it comes. */
export const probeLeaf = (context: Context): Leaf<ProbeOptions> => ({
  name: 'probe',
  summary: 'test what a node can reach by ping, HTTP or TCP',
  details:
    "The host's agent runs the probe from inside the network namespace of the node; nothing runs in its container. A probe uses only the node's " +
    "ZeroTier interfaces, unless the host's policy allows more (docs/probe.md). The host resolves names. Exit codes: 0 reached · 1 not reached · " +
    '3 no result in time · 4 not allowed by the host.',
  args: [nodeArgument()],
  options: [
    new ReferenceOption('--ping <address>', 'send echo requests to this address or name'),
    new ReferenceOption('--count <n>', 'number of echo requests, at most 100 (default: 4, requires --ping)').argParser(
      positive,
    ),
    new ReferenceOption('--http <url>', 'fetch this URL (at most 64 kB and 3 redirects)'),
    new ReferenceOption('--tcp <host:port>', 'connect to this port'),
    new ReferenceOption('--timeout <duration>', 'time limit, at most 30s').default('10s'),
    dryRunOption(),
    outputOption(['table', 'json']),
  ],
  examples: [
    'orrery probe web-1/demo --ping 10.147.20.5',
    'orrery probe web-1/demo --http http://earth.zerotier.net/',
    'orrery probe web-1 --tcp 10.147.20.5:443 --timeout 3s',
  ],
  run: async (options, node = ''): Promise<ExitCode> => {
    const body: ProbePost = { target: targetOf(options), timeout: timeoutOf(options.timeout) };
    return options.dryRun ? showPlan(context, node, body, options) : runProbe(context, node, body, options);
  },
});

const probesOf = (node: string) => apiPath('nodes', node, 'probes');

async function showPlan(context: Context, node: string, body: ProbePost, { output }: ProbeOptions): Promise<ExitCode> {
  const { value, raw } = await context.client.request('POST', probesOf(node), DryRun, {
    query: { dryRun: true },
    body,
  });
  printDryRun(context, output, value, raw);
  return ExitCode.done;
}

async function runProbe(context: Context, node: string, body: ProbePost, { output }: ProbeOptions): Promise<ExitCode> {
  const { client, terminal } = context;
  const isJson = output === 'json';
  const interrupt = terminal.catchInterrupt();
  try {
    // Fix the start of the stream before requesting the probe, so that no line is missed.
    const newest = await client.get('/v1/events', EventPage, { query: { limit: 1 } });
    const { value: begun } = await client.request('POST', probesOf(node), Probe, { body });
    const { bold, dim } = terminal.colors;
    const marks = begun.simulated ? ' (simulated)' : '';
    if (!isJson) terminal.out(`${bold(safeText(begun.node.name))}${marks}  ${begun.kind} ${safeText(begun.target)}`);
    const { value: probe, raw } = await followProbe(context, {
      ...{ probe: begun, after: newest.value.items[0]?.id, signal: interrupt.signal },
      onLine: (detail) => !isJson && terminal.out(`  ${dim('·')} ${safeText(detail)}`),
    });
    if (interrupt.signal.aborted) return ExitCode.interrupted;
    terminal.out(isJson ? jsonText(raw) : endLines(probe, terminal.colors).join('\n'));
    return exitCodeOf(probe);
  } finally {
    interrupt.release();
  }
}

/** Whole seconds, at least one. */
function timeoutOf(duration: string): string {
  const seconds = Math.ceil(parseDuration(duration) / 1000);
  if (seconds >= 1 && seconds <= 30) return `${seconds}s`;
  throw usageError('the timeout must be between 1s and 30s', 'Use for example --timeout 10s.');
}
