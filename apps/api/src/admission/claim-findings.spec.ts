import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { claimsOf, type Holder } from './claim-findings.js';
import { CLAIMS_HINT, hintText, readHint } from './hints.js';

const address = 'deadbeef01';
const holder = (name: string, more: Partial<Holder> = {}): Holder => ({
  ...{ address, node: newId('nod'), host: newId('hst'), name, isGiven: false, ...more },
});

describe('an address that more than one node has', () => {
  it('is a warning for its owner and an error for every other node that shows it, and both findings name both', () => {
    const [owner, other] = [holder('web-1/demo', { isGiven: true }), holder('web-2')];
    const claims = claimsOf([owner, other]);
    expect(claims.map(({ node, severity }) => [node, severity])).toEqual([
      [owner.node, 'warning'],
      [other.node, 'error'],
    ]);
    for (const { cause, fix } of claims) {
      expect(cause).toBe(`Orrery gave the address ${address} to web-1/demo, but web-2 also shows it as its own`);
      expect(fix).toContain(`orrery membership deny ${address} NETWORK`);
    }
  });

  it('is the same finding for every node when it was assigned to none', () => {
    const claims = claimsOf([holder('web-1'), holder('web-2'), holder('web-3')]);
    expect(new Set(claims.map(({ severity, cause }) => `${severity}: ${cause}`))).toEqual(
      new Set([`error: web-1, web-2 and web-3 show the address ${address}, but Orrery gave it to none of them`]),
    );
  });

  it('has no finding when only one node has it', () => {
    expect(claimsOf([holder('web-1'), holder('web-2', { address: 'deadbeef02' })])).toEqual([]);
  });

  it('gives a node involved in two of them one finding that names both', () => {
    const node = { node: newId('nod'), host: newId('hst') };
    const second = 'deadbeef02';
    const claims = claimsOf([
      ...[holder('web-1', { ...node, isGiven: true }), holder('web-2')],
      ...[holder('web-1', { ...node, address: second }), holder('web-3', { address: second })],
    ]);
    const own = claims.filter((claim) => claim.node === node.node);
    expect(own).toMatchObject([{ severity: 'error', cause: expect.stringMatching(`${address}.*; .*${second}`) }]);
  });

  it('stays one sentence however many nodes show it', () => {
    const many = Array.from({ length: 500 }, (_, index) => holder(`web/${String(index).padStart(3, '0')}`));
    expect(claimsOf(many)[0]?.cause).toContain('web/003, web/004 and 495 more show');
  });
});

describe('a hint', () => {
  const network = '89e92ceee5000001';

  it('names a network, or addresses in it, and is read back as it was written', () => {
    for (const addresses of [null, [address], [address, 'deadbeef02']])
      expect(readHint(hintText(network, addresses))).toEqual({ network, addresses });
    expect(readHint(CLAIMS_HINT)).toBe(CLAIMS_HINT);
    expect(readHint('ctl_aaaaaaaaaaaaaaaaaaaa')).toBeUndefined();
    expect(readHint(`${network} nothing`)).toBeUndefined();
  });

  it('fits into one notification: more addresses than fit become the whole network', () => {
    const many = Array.from({ length: 501 }, () => address);
    expect(readHint(hintText(network, many))).toEqual({ network, addresses: null });
    expect(hintText(network, many.slice(1)).length).toBeLessThan(8000);
  });
});
