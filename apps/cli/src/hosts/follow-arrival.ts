import { Host, JoinToken, MembershipPage, Node } from '@orrery/shared/contracts';
import type { ApiClient } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Context } from '../program/context.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { WATCH } from './arrival-text.js';
import { type Expected, HostArrival } from './host-arrival.js';

/** Prints the command to run, and follows the machine until it is a host. Ctrl-C only stops following, and prints what stays. */
export async function followArrival(
  context: Context,
  expected: Expected,
  toRun: string,
  asJson: boolean,
): Promise<ExitCode> {
  const { terminal } = context;
  const interrupt = terminal.catchInterrupt();
  const tell = (text: string) => (asJson ? undefined : terminal.out(text));
  // Printed only once Ctrl-C is caught, so that a reader of the command can rely on it.
  if (asJson) terminal.err(toRun);
  else terminal.out(toRun);
  tell(`waiting for ${safeText(expected.name)} …`);
  const arrival = new HostArrival(context, expected, tell, interrupt.signal);
  try {
    const exitCode = await arrival.follow();
    if (asJson) terminal.out(jsonText(await resultOf(context.client, expected.token, arrival.host)));
    return exitCode;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    for (const text of interruptedLines(expected, arrival.host)) terminal.err(text);
    return ExitCode.interrupted;
  } finally {
    interrupt.release();
  }
}

/** For `-o json`: the API's own objects, as far as they exist. */
async function resultOf(client: ApiClient, { id }: JoinToken, host: Host | undefined) {
  const token = (await client.get(apiPath('join-tokens', id), JoinToken)).raw;
  if (!host) return { token, host: null, node: null, memberships: [] };
  const { raw } = await client.get(apiPath('hosts', host.id), Host);
  const node = await client.get(apiPath('nodes', host.node), Node);
  const { rows } = await listAll(client, '/v1/memberships', MembershipPage, { node: host.node });
  return { token, host: raw, node: node.raw, memberships: rows.map((row) => row.raw) };
}

function interruptedLines({ name, token }: Expected, host: Host | undefined): string[] {
  if (host)
    return [
      `${safeText(name)} is a host now and continues in the background.`,
      `Show it: orrery host get ${safeText(name)}`,
    ];
  return [
    `The token stays valid until ${token.expiresAt}: the command can still add ${safeText(name)}.`,
    `Watch for it: ${WATCH}`,
    `Revoke it:    orrery token revoke ${token.id}`,
  ];
}
