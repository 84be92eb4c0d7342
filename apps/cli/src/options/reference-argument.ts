import { Argument } from 'commander';
import type { Kind } from './kind.js';

/** An argument that completion knows how to fill. */
export class ReferenceArgument extends Argument {
  constructor(
    name: string,
    description: string,
    readonly kind?: Kind,
  ) {
    super(name, description);
  }
}
