import { Argument } from 'commander';
import type { Kind } from './kind.js';

/** An argument that completion can fill in. */
export class ReferenceArgument extends Argument {
  constructor(
    name: string,
    description: string,
    readonly kind?: Kind,
  ) {
    super(name, description);
  }
}
