import { randomBytes } from 'node:crypto';
import { idFrom } from '../contracts/index.js';

/** A new random ID, for example newId('cmd'). */
export const newId = <P extends Parameters<typeof idFrom>[0]>(prefix: P) => idFrom(prefix, randomBytes(20));
