import { describe, expect, it } from '@jest/globals';
import { MembershipSettings, type NetworkId, type NodeAddress, type ObservedWorkload } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { decideLabels, MOST_BY_LABEL, type LabelledAttachment, type LabelledHost } from './decide-labels.js';
import { labelFindings } from './label-findings.js';
import type { AddressHolder, LabelGround, LabelNetwork } from './judge-labels.js';

const [SHOP, LAB]: NetworkId[] = ['8056c2e21c00000a', '8056c2e21c00000b'] as NetworkId[];
const NODE: NodeAddress = '3cdfe08e8b';
const NOW = 10_000_000;
const graces = { membership: 600_000, identity: 3_600_000 };

const workload = (labels: Record<string, string>, more: Partial<ObservedWorkload> = {}): ObservedWorkload => ({
  ...{ workload: 'shop/db/1', name: 'shop-db-1', engineId: 'a'.repeat(64), state: 'running', startedAt: null },
  ...{ labelled: true, labels, ...more },
});
const network = (id: NetworkId, name: string, more: Partial<LabelNetwork> = {}): LabelNetwork => ({
  ...{ id, name, labels: true, routes: ['10.1.2.0/24'] },
  ...more,
});
const ground = (networks: LabelNetwork[], held: Record<string, AddressHolder> = {}): LabelGround => ({
  network: (reference) => networks.find(({ id, name }) => id === reference || name === reference),
  holders: (_network, address) => (held[address] ? [held[address]] : []),
});
const both = ground([network(SHOP as NetworkId, 'shop'), network(LAB as NetworkId, 'lab')]);

interface Made {
  networks?: [NetworkId | undefined, ('by command' | number)?][];
  byLabel?: boolean;
  workload?: string;
  unclaimedSince?: number;
  fixed?: string[];
}
/** An attachment that labels made. A number: since when no label has asked for the network. */
const attachment = ({ networks = [[SHOP]], byLabel = true, fixed, ...more }: Made = {}): LabelledAttachment => {
  const nodeId = newId('nod');
  return {
    container: {
      ...{ id: newId('ctr'), hostId: newId('hst'), nodeId, itemId: newId('itm'), name: 'shop-db-1', intent: 'present' },
      ...{ image: null, limits: { memoryMb: 256, pids: 128 }, incarnation: 0, identity: NODE, version: 1, byLabel },
      workload: more.workload ?? 'shop/db/1',
    },
    ...{ address: NODE, unclaimedSince: more.unclaimedSince ?? null },
    memberships: networks.map(([networkId, how]) => ({
      ...{ nodeId, networkId: networkId as NetworkId, itemId: newId('itm'), version: 1, intent: 'present' as const },
      ...{ settings: MembershipSettings.parse({}), byLabel: how !== 'by command' },
      unclaimedSince: typeof how === 'number' ? how : null,
      fixed: fixed ? { addresses: fixed, by: 'label web-1/shop-db-1' } : null,
    })),
  };
};
const host = (workloads: ObservedWorkload[], attachments: LabelledAttachment[] = []): LabelledHost => ({
  ...{ id: newId('hst'), name: 'web-1', workloads, attachments },
  taken: new Set(attachments.map(({ container }) => container.name)),
});
const decide = (at: LabelledHost, on: LabelGround = both) => decideLabels(at, on, { now: NOW, graces });
const only = (at: LabelledHost, on: LabelGround = both) => decide(at, on).decisions[0];

describe('decideLabels', () => {
  it('attaches a workload to every network that its label names, under a name of its own', () => {
    const { attach } = only(host([workload({ 'orrery.network': 'shop,lab' })])) ?? {};
    expect(attach).toMatchObject({ workload: 'shop/db/1', name: 'shop-db-1', networks: [{ id: SHOP }, { id: LAB }] });
  });

  it('changes nothing where everything is as the labels ask', () => {
    expect(decide(host([workload({ 'orrery.network': 'shop' })], [attachment()])).decisions).toEqual([]);
  });

  it.each<[string, LabelNetwork[], Partial<ObservedWorkload>]>([
    ['the network does not admit labels', [network(SHOP as NetworkId, 'shop', { labels: false })], {}],
    ['there is no such network', [], {}],
    [
      'the host denies it',
      [network(SHOP as NetworkId, 'shop')],
      { denied: { code: 'policy-denied', cause: 'none may be', fix: 'ask' } },
    ],
    [
      'nothing can be attached to it',
      [network(SHOP as NetworkId, 'shop')],
      { unsuitable: { code: 'workload-unsuitable', cause: 'host network', fix: 'change it' } },
    ],
  ])('attaches nothing when %s, and says why', (_title, networks, more) => {
    const { decisions, judged } = decide(host([workload({ 'orrery.network': 'shop' }, more)]), ground(networks));
    expect(decisions).toEqual([]);
    expect(judged.get('shop/db/1')?.claims).toMatchObject([{ refusal: { code: 'label-without-effect' } }]);
  });

  it('attaches nothing to a workload that is disabled', () => {
    const off = workload({ 'orrery.network': 'shop', 'orrery.enable': 'false' });
    expect(decide(host([off])).decisions).toEqual([]);
  });

  it('gives two workloads with one name two containers', () => {
    const same = [
      workload({ 'orrery.network': 'shop' }),
      workload({ 'orrery.network': 'shop' }, { workload: 'shop-db-1', engineId: 'b'.repeat(64) }),
    ];
    const names = decide(host(same)).decisions.map(({ attach }) => attach?.name);
    expect(names[0]).toBe('shop-db-1');
    expect(names[1]).toMatch(/^shop-db-1-[0-9a-f]{8}$/);
  });

  it('joins a network that was added, also with an attachment made by command', () => {
    const labels = workload({ 'orrery.network': 'shop,lab' });
    expect(only(host([labels], [attachment()]))).toMatchObject({ join: [LAB], leave: [] });
    const byHand = attachment({ byLabel: false, networks: [[SHOP, 'by command']] });
    expect(only(host([labels], [byHand]))).toMatchObject({ join: [LAB], leave: [] });
  });

  it('uses the attachment of the same container under its other name', () => {
    const one = workload({ 'orrery.network': 'lab' });
    const other = workload({}, { workload: 'shop-db-1' });
    const decided = decide(host([one, other], [attachment({ workload: 'shop-db-1' })]));
    expect(decided.decisions).toMatchObject([{ join: [LAB], unclaimed: [SHOP] }]);
  });

  it('leaves a network at once when its owner no longer admits labels, and removes what has no other', () => {
    const off = ground([network(SHOP as NetworkId, 'shop', { labels: false }), network(LAB as NetworkId, 'lab')]);
    const labels = workload({ 'orrery.network': 'shop,lab' });
    expect(only(host([labels], [attachment({ networks: [[SHOP], [LAB]] })]), off)).toMatchObject({ leave: [SHOP] });
    expect(only(host([labels], [attachment({ networks: [[SHOP], [LAB]] })]), off)?.remove).toBeUndefined();
    const alone = only(host([workload({ 'orrery.network': 'shop' })], [attachment()]), off);
    expect(alone).toMatchObject({ leave: [SHOP], remove: true });
  });

  it('never takes back what a command made', () => {
    const byHand = attachment({ byLabel: false, networks: [[SHOP, 'by command']] });
    expect(decide(host([], [byHand])).decisions).toEqual([]);
    const off = ground([network(SHOP as NetworkId, 'shop', { labels: false })]);
    expect(decide(host([workload({ 'orrery.network': 'shop' })], [byHand]), off).decisions).toEqual([]);
    const mixed = attachment({ networks: [[SHOP, 'by command']] });
    expect(decide(host([], [mixed])).decisions).toEqual([]);
  });

  it('keeps the membership of a workload that is gone for a while, then its identity for longer', () => {
    const gone = (networks: Made['networks'], unclaimedSince?: number) =>
      decide(host([], [attachment({ ...(networks && { networks }), ...(unclaimedSince && { unclaimedSince }) })]));
    expect(gone([[SHOP]])).toMatchObject({
      decisions: [{ unclaimed: [SHOP], leave: [] }],
      nextAt: NOW + graces.membership,
    });
    expect(gone([[SHOP, NOW - 1000]])).toMatchObject({ decisions: [], nextAt: NOW - 1000 + graces.membership });
    expect(gone([[SHOP, NOW - graces.membership]]).decisions).toMatchObject([{ leave: [SHOP], unclaimed: [null] }]);
    expect(gone([], NOW - 1000).decisions).toEqual([]);
    expect(gone([], NOW - graces.identity).decisions).toMatchObject([{ remove: true }]);
  });

  it('forgets that a claim had ended when it is back', () => {
    const back = attachment({ networks: [[SHOP, NOW - 1000]], unclaimedSince: NOW - 1000 });
    expect(only(host([workload({ 'orrery.network': 'shop' })], [back]))).toMatchObject({
      claimed: [SHOP, null],
      leave: [],
    });
  });

  it('keeps what runs when the host no longer allows it: its agent leaves it alone, too', () => {
    const denied = workload(
      { 'orrery.network': 'shop' },
      { denied: { code: 'policy-denied', cause: 'no', fix: 'ask' } },
    );
    expect(decide(host([denied], [attachment()])).decisions).toEqual([]);
  });

  it('revives an attachment that is being removed', () => {
    const leaving = attachment();
    leaving.container.intent = 'absent';
    const { attach } = only(host([workload({ 'orrery.network': 'shop' })], [leaving])) ?? {};
    expect(attach).toMatchObject({ name: 'shop-db-1', again: leaving });
  });

  it('attaches no more workloads of one host than it may', () => {
    const many = Array.from({ length: MOST_BY_LABEL + 2 }, (_, index) =>
      workload({ 'orrery.network': 'shop' }, { workload: `w${index}`, name: `w${index}`, engineId: String(index) }),
    );
    const { decisions, tooMany } = decide(host(many));
    expect([decisions.length, tooMany]).toEqual([MOST_BY_LABEL, [`w${MOST_BY_LABEL}`, `w${MOST_BY_LABEL + 1}`]]);
  });
});

describe('a fixed address', () => {
  const labels = (address: string) => ({ 'orrery.network': 'shop', 'orrery.networks.shop.address': address });

  it('is set where it is not, and given back when the label no longer names one', () => {
    const set = only(host([workload(labels('10.1.2.3'))], [attachment()]));
    expect(set?.fix).toMatchObject([{ network: SHOP, address: NODE, addresses: ['10.1.2.3'] }]);
    expect(decide(host([workload(labels('10.1.2.3'))], [attachment({ fixed: ['10.1.2.3'] })])).decisions).toEqual([]);
    const back = only(host([workload(labels('auto'))], [attachment({ fixed: ['10.1.2.3'] })]));
    expect(back?.fix).toMatchObject([{ addresses: [] }]);
  });

  it('leaves an address alone that a person set', () => {
    const theirs = attachment();
    for (const membership of theirs.memberships) membership.fixed = { addresses: ['10.1.2.9'], by: 'anna' };
    expect(decide(host([workload(labels('auto'))], [theirs])).decisions).toEqual([]);
  });

  it.each<[string, string, LabelGround, string]>([
    ['outside the routes', '10.9.9.9', both, 'no route of shop covers'],
    [
      "another's",
      '10.1.2.3',
      ground([network(SHOP as NetworkId, 'shop')], { '10.1.2.3': { address: '1111111111', name: 'web-2/db' } }),
      'belongs to web-2/db',
    ],
    [
      'in a network that Orrery does not keep',
      '10.1.2.3',
      ground([network(SHOP as NetworkId, 'shop', { routes: null })]),
      'does not manage',
    ],
  ])('%s attaches nothing', (_title, address, on, cause) => {
    const { decisions, judged } = decide(host([workload(labels(address))]), on);
    expect(decisions).toEqual([]);
    expect(judged.get('shop/db/1')?.claims[0]?.refusal?.cause).toContain(cause);
  });

  it('that the node itself has is its own', () => {
    const own = ground([network(SHOP as NetworkId, 'shop')], {
      '10.1.2.3': { address: NODE, name: 'web-1/shop-db-1' },
    });
    const at = host([workload(labels('10.1.2.3'))], [attachment({ fixed: ['10.1.2.3'] })]);
    expect(decide(at, own).judged.get('shop/db/1')?.claims[0]?.refusal).toBeUndefined();
  });

  it('is given to one of two workloads that ask for it', () => {
    const two = [
      workload(labels('10.1.2.3')),
      workload(labels('10.1.2.3'), { workload: 'shop/web/1', name: 'shop-web-1', engineId: 'b' }),
    ];
    const { decisions, judged } = decide(host(two));
    expect(decisions.map(({ attach }) => attach?.workload)).toEqual(['shop/db/1']);
    expect(judged.get('shop/web/1')?.claims[0]?.refusal?.cause).toContain('belongs to shop-db-1');
  });
});

describe('one network under two names', () => {
  it('counts once, and is left out if the two ask for different addresses', () => {
    const twice = { 'orrery.network': `shop,${SHOP}` };
    expect(only(host([workload(twice)]))?.attach?.networks).toMatchObject([{ id: SHOP }]);
    const differing = { ...twice, 'orrery.networks.shop.address': '10.1.2.3' };
    const { decisions, judged } = decide(host([workload(differing)]));
    expect(decisions).toEqual([]);
    expect(judged.get('shop/db/1')?.troubles).toMatchObject([{ code: 'label-conflict' }]);
  });
});

describe('the finding about labels without effect', () => {
  const [near, far] = [
    { code: 'workload-unsuitable' as const, cause: 'host network', fix: 'Change it.' },
    { code: 'workload-unsuitable' as const, cause: 'no network', fix: 'Give it one.' },
  ];
  const of = (...unsuitable: (typeof near)[]) => {
    const workloads = unsuitable.map((one, at) =>
      workload({ 'orrery.network': 'shop' }, { workload: `shop/db/${at}`, name: `db-${at}`, unsuitable: one }),
    );
    const at = host(workloads);
    return labelFindings(at, decide(at)).map(({ cause, fix }) => [cause, fix]);
  };

  it('is one for all workloads of a host, with the fix of each if they differ', () => {
    expect(of(near, near)).toEqual([['db-0: host network; db-1: host network', 'Change it.']]);
    expect(of(near, far)).toEqual([['db-0: host network; db-1: no network', 'db-0: Change it. db-1: Give it one.']]);
  });
});
