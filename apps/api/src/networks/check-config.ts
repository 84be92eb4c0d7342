import { contains as isInside, parseAddress, parsePrefix } from '@orrery/shared/addresses';
import type { FlowRule, NetworkConfig } from '@orrery/shared/contracts';
import { badRequest } from '../http/schema.pipe.js';

interface Issue {
  path: (string | number)[];
  message: string;
}

/**
 * Refuses config that a controller would silently drop, or that could never assign an address
 * (docs/zerotier-facts.md#controller: a bad pool or route is dropped with 200). Throws AppError `bad-request` that
 * names each field. `changed`: the fields of this request; rules already stored are not refused again.
 */
export function checkConfig(config: NetworkConfig, changed: Partial<NetworkConfig> = config): void {
  const issues = [...poolIssues(config), ...routeIssues(config), ...ruleIssues(changed)];
  if (issues.length > 0) throw badRequest(issues);
}

function poolIssues({ pools, routes }: NetworkConfig): Issue[] {
  return pools.flatMap((pool, index): Issue[] => {
    const path = ['config', 'pools', index];
    if (!isInOrder(pool)) return [{ path, message: `${pool.start} is not before ${pool.end}` }];
    const isRouted = routes.some(({ target }) => [pool.start, pool.end].every((address) => contains(target, address)));
    if (isRouted) return [];
    return [
      {
        path,
        message: `no route leads to ${pool.start} and ${pool.end}: none of its addresses would ever be assigned`,
      },
    ];
  });
}

function routeIssues({ routes }: NetworkConfig): Issue[] {
  return routes.flatMap(({ target, via }, index): Issue[] => {
    const path = ['config', 'routes', index];
    const isTwice = routes.findIndex((other) => other.target === target) !== index;
    if (isTwice) return [{ path, message: `${target} is listed twice` }];
    if (via !== null && via.includes(':') !== target.includes(':'))
      return [{ path, message: `${via} is of a different address family than ${target}` }];
    return [];
  });
}

function ruleIssues({ rules = [], capabilities = [] }: Partial<NetworkConfig>): Issue[] {
  const within = capabilities.flatMap((capability, index) =>
    capability.rules.flatMap((rule, at) => unread(rule, ['config', 'capabilities', index, 'rules', at])),
  );
  return [...rules.flatMap((rule, index) => unread(rule, ['config', 'rules', index])), ...within];
}

/**
 * Parts that the daemon would understand, but that its controller does not read (docs/zerotier-facts.md#controller).
 */
function unread(rule: FlowRule, path: Issue['path']): Issue[] {
  if (rule.type === 'ACTION_PRIORITY')
    return [{ path: [...path, 'type'], message: 'the controller would drop ACTION_PRIORITY: leave the entry out' }];
  if (rule.type === 'ACTION_REDIRECT' && 'length' in rule)
    return [{ path: [...path, 'length'], message: 'the controller does not read it in ACTION_REDIRECT: leave it out' }];
  return [];
}

type Pool = NetworkConfig['pools'][number];

const valueOf = (address: string): bigint => parseAddress(address)?.value ?? -1n;

/** The contract ensures that both are addresses of one family. */
const isInOrder = ({ start, end }: Pool): boolean => valueOf(start) <= valueOf(end);

/** Whether an address is in a pool. */
export function isInPool({ start, end }: Pool, text: string): boolean {
  const address = parseAddress(text);
  if (!address || address.version !== parseAddress(start)?.version) return false;
  return valueOf(start) <= address.value && address.value <= valueOf(end);
}

/** Whether an address is in a prefix; false if either is invalid. */
export function contains(prefix: string, address: string): boolean {
  const [outer, inner] = [parsePrefix(prefix), parseAddress(address)];
  return outer !== undefined && inner !== undefined && isInside(outer, inner);
}
