// node make-trust.js FOLDER: creates the missing keys of an installation's NATS, and writes the configuration for its server.
import { NatsTrust } from './nats-trust.js';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Usage: make-trust FOLDER');
await (await NatsTrust.open(folder)).writeServerFiles();
