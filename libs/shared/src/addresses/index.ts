export { innermost, judgeAddress, type Judgment, type Reach } from './judge-address.js';
export {
  contains,
  covers,
  firstOf,
  formatAddress,
  formatPrefix,
  hostBits,
  isSameNetwork,
  lastOf,
  onlyThis,
  overlaps,
  parseAddress,
  parsePrefix,
  unmapped,
  type Address,
  type Prefix,
} from './prefix.js';
export { scopeOf, type Scope } from './zerotier-scope.js';
