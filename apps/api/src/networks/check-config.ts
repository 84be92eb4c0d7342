import { BlockList } from 'node:net';
import type { NetworkConfig } from '@orrery/shared/contracts';
import { badRequest } from '../http/schema.pipe.js';

interface Issue {
  path: (string | number)[];
  message: string;
}

/**
 * Refuses what a controller would drop without a word, or what could never give an address (docs/zerotier-facts.md#controller: a bad pool or route is dropped with
 * 200). Throws AppError `bad-request` that names each field.
 */
export function checkConfig(config: NetworkConfig): void {
  const issues = [...poolIssues(config), ...routeIssues(config)];
  if (issues.length > 0) throw badRequest(issues);
}

function poolIssues({ pools, routes }: NetworkConfig): Issue[] {
  return pools.flatMap((pool, index): Issue[] => {
    const path = ['config', 'pools', index];
    if (!isInOrder(pool)) return [{ path, message: `${pool.start} is not before ${pool.end}` }];
    const isRouted = routes.some(({ target }) => [pool.start, pool.end].every((address) => contains(target, address)));
    if (isRouted) return [];
    return [
      { path, message: `no route leads to ${pool.start} and ${pool.end}: an address of it would never be given` },
    ];
  });
}

function routeIssues({ routes }: NetworkConfig): Issue[] {
  return routes.flatMap(({ target, via }, index): Issue[] => {
    const path = ['config', 'routes', index];
    const isTwice = routes.findIndex((other) => other.target === target) !== index;
    if (isTwice) return [{ path, message: `${target} is there twice` }];
    if (via !== null && via.includes(':') !== target.includes(':'))
      return [{ path, message: `${via} is of another family than ${target}` }];
    return [];
  });
}

const familyOf = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');

/** The platform knows how to compare addresses: it refuses a range whose start is after its end. */
function isInOrder({ start, end }: { start: string; end: string }): boolean {
  try {
    new BlockList().addRange(start, end, familyOf(start));
    return true;
  } catch {
    return false;
  }
}

/** Whether an address is one of a pool. */
export function isInPool({ start, end }: { start: string; end: string }, address: string): boolean {
  if (familyOf(start) !== familyOf(address)) return false;
  const list = new BlockList();
  list.addRange(start, end, familyOf(start));
  return list.check(address, familyOf(address));
}

/** Whether an address lies in a prefix. */
export function contains(prefix: string, address: string): boolean {
  const [base = '', bits = ''] = prefix.split('/');
  if (familyOf(base) !== familyOf(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), familyOf(base));
  return list.check(address, familyOf(address));
}
