import { DoctorReport, HostPage } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { outputOption, selectorOption, type OutputOptions } from '../options/shared-options.js';
import { tableLines } from '../output/table.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { usageError } from '../errors/usage-error.js';
import { checkColumns, rowsOf, summaryOf } from './doctor-view.js';

/** Longer than the API waits for an agent. */
const ANSWER_MS = 10_000;
/** Hosts that are asked at the same time. */
const AT_ONCE = 8;
const PATIENCE_MS = 1_000;

type Options = OutputOptions & { selector?: string };
type Examined = { report: DoctorReport; raw: unknown } | { host: string; error: CliError };

/** `orrery doctor [HOST]`: lets agents look at their machines now, and prints what they find. */
export const doctorLeaf = (context: Context): Leaf<Options> => ({
  name: 'doctor',
  summary: 'look for problems in the machines: firewall, engine, UDP, roots',
  details:
    'The agent of a host looks at its machine now, for at most three seconds: the engine, the firewall, UDP, roots, ports, DNS and disk. Without HOST, ' +
    'asks every host that is online. A result is found (with its severity), fine, or unknown: the agent cannot see it, for example because it runs in ' +
    'a container. -o wide also lists what is fine. Exit code 0 means that the machines were looked at, whatever was found.',
  args: [new ReferenceArgument('[host]', 'name or id of a host (default: all hosts that are online)', 'hosts')],
  options: [selectorOption(), outputOption(['table', 'wide', 'json'])],
  examples: ['orrery doctor', 'orrery doctor web-1', 'orrery doctor -l site=cloud -o json'],
  run: async ({ output, selector }, host): Promise<ExitCode> => {
    if (host !== undefined && selector !== undefined)
      throw usageError('name a host or select hosts, not both', 'Leave out the host, or --selector.');
    const { terminal } = context;
    const hosts = host === undefined ? await onlineHosts(context, selector) : [host];
    const slow = setTimeout(() => {
      if (output !== 'json')
        terminal.err(`looking at ${hosts.length === 1 ? '1 machine' : `${hosts.length} machines`}…`);
    }, PATIENCE_MS);
    try {
      if (host !== undefined) return print(context, output, [await examine(context, host)], false);
      return print(context, output, await examineAll(context, hosts), true);
    } finally {
      clearTimeout(slow);
    }
  },
});

async function onlineHosts({ client }: Context, selector: string | undefined): Promise<string[]> {
  const query = { presence: 'online', ...(selector === undefined ? {} : { selector }) };
  const { rows } = await listAll(client, '/v1/hosts', HostPage, query);
  return rows.map(({ value }) => value.name);
}

async function examine({ client }: Context, host: string): Promise<Examined> {
  const path = apiPath('hosts', host, 'doctor');
  const { value, raw } = await client.request('POST', path, DoctorReport, { timeoutMs: ANSWER_MS, onlyLooks: true });
  return { report: value, raw };
}

/** A host that does not answer hides nothing about the others. */
async function examineAll(context: Context, hosts: readonly string[]): Promise<Examined[]> {
  const found = new Map<string, Examined>();
  const waiting = [...hosts];
  const work = async () => {
    for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
      const name = host;
      const examined = await examine(context, name).catch((error: unknown) => {
        if (!(error instanceof CliError) || error.exitCode === ExitCode.unreachable) throw error;
        return { host: name, error };
      });
      found.set(name, examined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return hosts.flatMap((host) => found.get(host) ?? []);
}

function print(
  { terminal, now }: Context,
  output: OutputOptions['output'],
  all: readonly Examined[],
  isList: boolean,
): ExitCode {
  const seen = all.flatMap((one) => ('report' in one ? [one] : []));
  const refused = all.flatMap((one) => ('error' in one ? [one] : []));
  if (output === 'json') {
    const problems = refused.map(({ host, error }) => ({ host: { name: host }, problem: problemOf(error) }));
    terminal.out(jsonText(isList ? [...seen.map(({ raw }) => raw), ...problems] : seen[0]?.raw));
  } else {
    const rows = seen.flatMap(({ report }) => rowsOf(report, output === 'wide'));
    const columns = checkColumns.filter(({ wide }) => output === 'wide' || !wide);
    if (rows.length > 0) terminal.out(tableLines(columns, rows, terminal.colors, now()).join('\n'));
    for (const { report } of seen) terminal.out(safeText(summaryOf(report)));
    const { errColors } = terminal;
    for (const { host, error } of refused) {
      const said = safeText(`${host}: ${error.message}`);
      terminal.err(`${errColors.red('error')} ${said} ${errColors.dim(`(${error.code})`)}`);
    }
    if (all.length === 0) terminal.err('No hosts are online. orrery host ls shows all of them.');
  }
  return seen.length === 0 && refused.length > 0 ? ExitCode.failed : ExitCode.done;
}

const problemOf = (error: CliError) =>
  error.problem ?? { code: error.code, detail: error.message, ...(error.fix && { fix: error.fix }) };
