import { closest, explainedCodes, Explanation, meaningOf } from '@orrery/shared/contracts';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { usageError } from '../errors/usage-error.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText } from '../terminal/safe-text.js';
import { explanationLines } from './explanation-text.js';

/**
 * `orrery explain`: why something is as it is, asked of the API; or what a code means, which needs no API, because the codes are part of
 * the contracts.
 */
export const explainLeaf = (context: Context): Leaf<OutputOptions> => ({
  name: 'explain',
  summary: 'explain why something is as it is, or what a code means',
  details:
    'REF is HOST, HOST/CONTAINER, an address, a network, the ID of a command, or a code; with NETWORK it is the membership of that node. If a name is of two kinds, write the kind before it: host:shop, node:shop, network:shop, code:shop. Codes appear in outcomes, findings and problems; docs/errors.md lists them all.',
  args: [
    new ReferenceArgument(
      '[ref]',
      'what to explain, such as web-1/demo or tun-missing (default: list all codes)',
      'codes',
    ),
    new ReferenceArgument('[network]', 'the network, if it is about a membership', 'networks'),
  ],
  options: [outputOption(['table', 'json'])],
  examples: [
    'orrery explain web-1/demo shop',
    'orrery explain web-1',
    'orrery explain shop',
    'orrery explain authorization',
  ],
  run: async ({ output }, reference, network) => {
    const { terminal } = context;
    if (reference === undefined)
      return terminal.out(output === 'json' ? jsonText(explainedCodes()) : explainedCodes().join('\n'));
    const code = network === undefined ? codeIn(reference) : undefined;
    if (code === undefined || code.isSure === false) {
      const answer = await ask(context, reference, network, code?.name);
      if (answer && code) throw bothOf(reference, answer.value);
      if (answer) {
        if (output === 'json') return terminal.out(jsonText(answer.raw));
        return terminal.out(explanationLines(answer.value, terminal.colors, context.now()).join('\n'));
      }
    }
    return printCode(context, output, code?.name ?? reference);
  },
});

/** A code that the words may mean. Sure: the kind stands before it. */
function codeIn(reference: string): { name: string; isSure: boolean } | undefined {
  const [, named] = /^code:(.+)$/.exec(reference) ?? [];
  if (named !== undefined) return { name: named, isSure: true };
  return meaningOf(reference) ? { name: reference, isSure: false } : undefined;
}

/**
 * Undefined if it is a code and nothing that the API knows. Without an API, a code is still explained: whether something has its name
 * cannot be known then.
 */
async function ask({ client }: Context, about: string, network: string | undefined, code: string | undefined) {
  try {
    const query = new URLSearchParams({ about, ...(network !== undefined && { network }) });
    return await client.get(`/v1/explanations?${query.toString()}`, Explanation);
  } catch (error) {
    const isNothing = error instanceof CliError && ['unknown-reference', 'unknown-route'].includes(error.code);
    if (code !== undefined) {
      const isAmbiguous = error instanceof CliError && error.code === 'ambiguous-reference';
      if (isAmbiguous) throw error;
      return undefined;
    }
    // What is neither may be a code with a letter too many.
    const codes = isNothing && network === undefined ? closest(about, explainedCodes()) : [];
    const near = codes.filter((one) => one.startsWith(about.slice(0, 3)));
    if (near.length === 0) throw error;
    throw usageError(
      `there is no host, node or network ${about}, and no code ${about}`,
      'List all codes: `orrery explain`',
      near,
    );
  }
}

const bothOf = (reference: string, { about }: Explanation) =>
  new CliError({
    exitCode: ExitCode.usage,
    code: 'ambiguous-reference',
    cause: `${reference} is a code, and a ${about.kind}`,
    fix: 'Write the kind before it.',
    candidates: [`code:${reference}`, `${about.kind}:${reference}`],
  });

function printCode({ terminal }: Context, output: OutputOptions['output'], code: string): void {
  const explanation = meaningOf(code);
  if (!explanation)
    throw usageError(`unknown code ${code}`, 'List all codes: `orrery explain`', closest(code, explainedCodes()));
  if (output === 'json') return terminal.out(jsonText({ code, ...explanation }));
  const { colors } = terminal;
  terminal.out([colors.bold(code), explanation.means, '', `${colors.bold('fix')}  ${explanation.fix}`].join('\n'));
}
