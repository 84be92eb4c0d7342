import { startupSnapshot } from 'node:v8';
import { main } from './main.js';

/**
 * The source of the image's snapshot: it runs once, at build time, and every program starts from the resulting memory.
 * Debian's Node comes without the start-up snapshot that other builds have, and without one, starting is most of what a
 * tool does.
 */
startupSnapshot.setDeserializeMainFunction(() => {
  void main(process.argv).then((code) => {
    process.exitCode = code;
  });
});
