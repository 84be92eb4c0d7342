import { describe, expect, it } from '@jest/globals';
import { permitsAny, permitsNetwork, readLabels } from './workload-labels.js';

const codes = (labels: Record<string, string>) => readLabels(labels).troubles.map(({ code }) => code);
const claims = (labels: Record<string, string>) => readLabels(labels).claims;

describe('readLabels', () => {
  it.each<[string, Record<string, string>, object[]]>([
    ['one network', { 'orrery.network': 'shop' }, [{ network: 'shop', address: null }]],
    [
      'several, by name and by ID',
      { 'orrery.network': 'shop, 8056c2e21c000001,shop' },
      [
        { network: 'shop', address: null },
        { network: '8056c2e21c000001', address: null },
      ],
    ],
    [
      'a fixed address',
      { 'orrery.network': 'shop', 'orrery.networks.shop.address': '10.1.2.3' },
      [{ network: 'shop', address: '10.1.2.3' }],
    ],
    [
      'an automatic address, in a network with dots in its name',
      { 'orrery.network': 'my.shop', 'orrery.networks.my.shop.address': 'auto' },
      [{ network: 'my.shop', address: null }],
    ],
    ['nothing', { 'com.example': 'x' }, []],
  ])('reads %s', (_title, labels, expected) => {
    expect(readLabels(labels)).toEqual({ isEnabled: true, claims: expected, troubles: [] });
  });

  it.each([
    ['orrery.netwrok', 'orrery.network'],
    ['orrery.networks', 'orrery.network'],
    ['orrery.enabled', 'orrery.enable'],
    ['orrery.networks.shop.adress', 'orrery.networks.shop.address'],
    ['orrery.networks.shop.ip.address.x', 'orrery.networks.shop.ip.address.address'],
  ])('names the label that %s was probably meant to be', (label, nearest) => {
    const { troubles } = readLabels({ [label]: 'shop' });
    expect(troubles).toMatchObject([{ code: 'label-unknown', cause: `there is no label ${label}` }]);
    expect(troubles[0]?.fix).toContain(`Use ${nearest} instead`);
  });

  it('still follows the other labels beside one that it does not know', () => {
    expect(claims({ 'orrery.network': 'shop', 'orrery.nework': 'lab' })).toEqual([{ network: 'shop', address: null }]);
  });

  it('leaves out a network whose address it cannot read, and one that only its address names', () => {
    const unreadable = { 'orrery.network': 'shop,lab', 'orrery.networks.shop.address': '10.1.2.3/24' };
    expect(claims(unreadable)).toEqual([{ network: 'lab', address: null }]);
    expect(codes(unreadable)).toEqual(['label-invalid']);
    const unnamed = { 'orrery.network': 'lab', 'orrery.networks.shop.address': '10.1.2.3' };
    expect(claims(unnamed)).toEqual([{ network: 'lab', address: null }]);
    expect(codes(unnamed)).toEqual(['label-conflict']);
  });

  it.each([
    ['256.1.1.1', 1],
    ['10.1.2', 1],
    ['10.1.2.3.', 1],
    ['01.2.3.4.5', 1],
    ['', 1],
    ['10.1.2.3', 0],
    ['255.255.255.255', 0],
  ])('takes "%s" as an address with %i troubles', (address, troubles) => {
    expect(codes({ 'orrery.network': 'shop', 'orrery.networks.shop.address': address })).toHaveLength(troubles);
  });

  it.each([
    ['Shop', 'label-invalid'],
    ['', 'label-invalid'],
    ['shop,', 'label-invalid'],
    ['$(id)', 'label-invalid'],
  ])('does not take "%s" for a network', (value, code) => {
    expect(codes({ 'orrery.network': value })).toEqual([code]);
  });

  it('follows the first 16 networks, and says that there are more', () => {
    const names = (count: number) => ({ 'orrery.network': Array.from({ length: count }, (_, n) => `n${n}`).join() });
    expect([claims(names(16)).length, codes(names(16))]).toEqual([16, []]);
    expect([claims(names(17)).length, codes(names(17))]).toEqual([16, ['label-invalid']]);
  });

  it.each([
    ['false', false, []],
    ['False', false, []],
    ['true', true, []],
    ['no', false, ['label-invalid']],
  ])('takes orrery.enable "%s" for %s', (value, isEnabled, troubles) => {
    const labels = { 'orrery.network': 'shop', 'orrery.enable': value };
    expect(readLabels(labels).isEnabled).toBe(isEnabled);
    expect(codes(labels)).toEqual(troubles);
  });
});

describe('permitsNetwork', () => {
  const network = { id: '8056c2e21c000001', name: 'shop' };
  it.each<[string, Record<string, string>, boolean]>([
    ['by its name', { 'orrery.network': 'lab,shop' }, true],
    ['by its ID', { 'orrery.network': '8056c2e21c000001' }, true],
    ['not another one', { 'orrery.network': 'lab' }, false],
    ['not without the label', { 'orrery.networks.shop.address': '10.1.2.3' }, false],
    ['not when disabled', { 'orrery.network': 'shop', 'orrery.enable': 'false' }, false],
  ])('permits a network %s', (_title, labels, permitted) => {
    expect(permitsNetwork(labels, network)).toBe(permitted);
  });

  it('permits no name that the API did not give', () => {
    expect(permitsNetwork({ 'orrery.network': 'shop' }, { id: network.id })).toBe(false);
  });

  it('permits no network that is only named like the ID in the label', () => {
    const labels = { 'orrery.network': network.id };
    expect(permitsNetwork(labels, { id: '8056c2e21c000002', name: network.id })).toBe(false);
  });
});

describe('permitsAny', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['a network', { 'orrery.network': 'shop' }, true],
    [
      'a network with an address that cannot be read',
      { 'orrery.network': 'shop', 'orrery.networks.shop.address': 'x' },
      true,
    ],
    ['no network', { 'orrery.network': ', UPPER' }, false],
    ['nothing', {}, false],
    ['a network and that it is disabled', { 'orrery.network': 'shop', 'orrery.enable': 'FALSE' }, false],
  ])('reads labels that say: %s', (_title, labels, permitted) => {
    expect(permitsAny(labels)).toBe(permitted);
  });
});
