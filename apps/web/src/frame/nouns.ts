export interface Noun {
  to: string;
  name: string;
  /** Leads to it after `g`. */
  key: string;
  /** Only for whoever can do this to the whole installation: others could not read it. */
  needs?: string;
}
export interface NounGroup {
  title?: string;
  nouns: readonly Noun[];
}

export const NOUNS: readonly NounGroup[] = [
  { nouns: [{ to: '/', name: 'Overview', key: 'o' }] },
  {
    title: 'Fleet',
    nouns: [
      { to: '/hosts', name: 'Hosts', key: 'h' },
      { to: '/nodes', name: 'Nodes', key: 'd' },
      { to: '/containers', name: 'Containers', key: 'k' },
      { to: '/workloads', name: 'Workloads', key: 'w' },
    ],
  },
  {
    title: 'Networks',
    nouns: [
      { to: '/networks', name: 'Networks', key: 'n' },
      { to: '/memberships', name: 'Memberships', key: 'm' },
      { to: '/routes', name: 'Routes', key: 'r' },
    ],
  },
  {
    title: 'Record',
    nouns: [
      { to: '/commands', name: 'Commands', key: 'c' },
      { to: '/events', name: 'Events', key: 'e' },
      { to: '/findings', name: 'Findings', key: 'f' },
    ],
  },
  {
    title: 'Access',
    nouns: [
      { to: '/tokens', name: 'Tokens', key: 't', needs: 'POST /v1/tokens' },
      { to: '/controllers', name: 'Controllers', key: 'a' },
    ],
  },
];

/** The pages that can be read by whoever can do this. Pure. */
export const nounsFor = (canDo: (operation: string) => boolean): NounGroup[] =>
  NOUNS.map(({ title, nouns }) => ({ title, nouns: nouns.filter(({ needs }) => needs === undefined || canDo(needs)) }));
