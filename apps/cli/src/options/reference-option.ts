import { Option } from 'commander';
import type { Kind } from './kind.js';

/** An option whose value completion can fill in. */
export class ReferenceOption extends Option {
  constructor(
    flags: string,
    description: string,
    readonly kind?: Kind,
  ) {
    super(flags, description);
  }
}
