import type { Shape } from '../../api/client.js';
import type { Linked } from '../../parts/sentence.js';
import { capital, countWord, listed } from '../../parts/words.js';

type Status = Shape<'Status'>;

/** The title of the overview: what is not as wanted, the most urgent first, and that the rest is. Pure. */
export function overviewSentence(status: Status): { text: string; links: Linked[] } {
  const all = clausesOf(status);
  const clauses = all.slice(0, MOST);
  const figures = clauses.some(({ count }) => count > 9);
  if (clauses.length === 0) return { text: calmSentence(status), links: [] };
  const said = clauses.map(({ count, one, many, to }) => {
    const subject = `${countWord(count, figures)} ${count === 1 ? one[0] : many[0]}`;
    return { subject, text: `${subject} ${count === 1 ? one[1] : many[1]}`, to };
  });
  const text = `${capital(listed(said.map((clause) => clause.text)))}; ${all.length > MOST ? 'more is not as wanted' : 'everything else is as wanted'}`;
  const search = { state: 'not-fine' };
  const links = said.map(({ subject, to }, at) => ({ text: at === 0 ? capital(subject) : subject, to, search }));
  return { text, links };
}

/** A longer title is not read. */
const MOST = 4;

interface Clause {
  count: number;
  one: [string, string];
  many: [string, string];
  to: string;
}

function clausesOf({ hosts, memberships, attachments, attention }: Status): Clause[] {
  const forPerson = countOf(attention, 'authorization');
  const awaited = awaitedIn(attention);
  const ofWorkloads = attachments?.memberships ?? 0;
  const waiting = memberships.waiting - forPerson - ofWorkloads - awaited.reduce((sum, { count }) => sum + count, 0);
  const findings = attention.filter(
    ({ code }) =>
      code !== undefined && !OTHERWISE.has(code) && !Object.hasOwn(AWAITED, code) && !code.startsWith('controller-'),
  );
  const ofContainers = findings.filter(({ severity, what }) => severity === 'error' && OF_CONTAINERS.test(what));
  const others = findings.filter((one) => one.about?.kind !== 'membership' && !ofContainers.includes(one));
  const clauses: Clause[] = [
    { count: forPerson, one: ['node', 'waits for a person'], many: ['nodes', 'wait for a person'], to: NOT_FINE },
    { count: memberships.failed, one: ['membership', 'failed'], many: ['memberships', 'failed'], to: NOT_FINE },
    {
      count: ofContainers.reduce((sum, { count = 1 }) => sum + count, 0),
      one: ['container', 'failed'],
      many: ['containers', 'failed'],
      to: '/containers',
    },
    ...awaited,
    { count: waiting, one: ['membership', 'is on its way'], many: ['memberships', 'are on their way'], to: NOT_FINE },
    {
      count: attachments?.waiting ?? 0,
      one: ['attachment', 'waits for its workload'],
      many: ['attachments', 'wait for their workloads'],
      to: '/containers',
    },
    { count: hosts.unreachable, one: ['host', 'is unreachable'], many: ['hosts', 'are unreachable'], to: HOSTS },
    { count: hosts.joined, one: ['host', 'never connected'], many: ['hosts', 'never connected'], to: HOSTS },
    { count: hosts.unknown, one: ['host', 'is unknown'], many: ['hosts', 'are unknown'], to: HOSTS },
    {
      count: controllersAway(attention),
      one: ['controller', 'is away'],
      many: ['controllers', 'are away'],
      to: '/networks',
    },
    { count: others.length, one: ['finding', 'needs a look'], many: ['findings', 'need a look'], to: '/findings' },
  ];
  return clauses.filter(({ count }) => count > 0);
}

/** `container web-1/demo failed: pull-refused`, or `3 containers fail: …`: the API says it in words alone. */
const OF_CONTAINERS = /^(container|attachment|\d+ containers|\d+ attachments) /;

/** What memberships wait for other than a person, in words. */
const AWAITED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  authentication: ['waits for a sign-in', 'wait for a sign-in'],
  configuration: ['waits for its configuration', 'wait for their configuration'],
  interface: ['waits for its interface', 'wait for their interfaces'],
  address: ['waits for its address', 'wait for their addresses'],
};
const NO_ROOT: (typeof AWAITED)[string] = ['waits for a root', 'wait for a root'];

function awaitedIn(attention: Status['attention']): Clause[] {
  const counts = new Map<(typeof AWAITED)[string], number>();
  for (const { code = '', cause, about, count = 1 } of attention) {
    // A group is of the network.
    const said = about?.kind === 'membership' || about?.kind === 'network' ? AWAITED[code] : undefined;
    const exact = said && cause.includes('reaches no root') ? NO_ROOT : said;
    if (exact) counts.set(exact, (counts.get(exact) ?? 0) + count);
  }
  return [...counts].map(([[one, many], count]) => ({
    ...{ count, one: ['membership', one], many: ['memberships', many], to: NOT_FINE },
  }));
}

const NOT_FINE = '/memberships';
const HOSTS = '/hosts';
/** Said by a clause of its own. */
const OTHERWISE = new Set(['authorization', 'workload', 'host-away', 'paused']);

const countOf = (attention: Status['attention'], code: string): number =>
  attention.filter((one) => one.code === code).reduce((sum, { count = 1 }) => sum + count, 0);

const controllersAway = (attention: Status['attention']): number =>
  attention.filter(({ code }) => code?.startsWith('controller-')).length;

function calmSentence({ hosts, memberships }: Status): string {
  const all = hosts.online + hosts.unreachable + hosts.joined + hosts.unknown;
  const { total, denied = 0 } = memberships;
  const others = total - denied;
  const figures = all > 9 || total > 9;
  const of = (count: number, noun: string) => `${countWord(count, figures)} ${noun}${count === 1 ? '' : 's'}`;
  const hostsAre = `${capital(of(all, 'host'))} ${all === 1 ? 'is' : 'are'} online`;
  if (total === 0) return `${hostsAre}, and nothing is in a network yet`;
  const wereDenied = `${of(denied, 'membership')} ${denied === 1 ? 'was' : 'were'} denied`;
  if (others === 0) return `${hostsAre}, and ${wereDenied}`;
  const asWanted = `${hostsAre}, and ${membershipsAre(others, of(others, 'membership'), denied > 0)} as wanted`;
  return denied > 0 ? `${asWanted}; ${wereDenied}` : asWanted;
}

/** `areOthers`: somebody denied the rest. */
function membershipsAre(count: number, of: string, areOthers: boolean): string {
  if (areOthers) return `${of} ${count === 1 ? 'is' : 'are'}`;
  if (count === 1) return 'the one membership is';
  return count === 2 ? 'both memberships are' : `all ${of} are`;
}
