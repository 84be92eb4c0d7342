// node make-trust.js FOLDER: makes the keys of an installation's NATS where they are missing, and writes what its server reads.
import { NatsTrust } from './nats-trust.js';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Usage: make-trust FOLDER');
await (await NatsTrust.open(folder)).writeServerFiles();
