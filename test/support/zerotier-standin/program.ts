import { startupSnapshot } from 'node:v8';
import { main } from './main.js';

/**
 * What the image is built from: it runs once, at the build, and what it made of the memory is what each program starts with. Debian's Node
 * is without the snapshot that others start from, and without one a start is most of what a tool does in its life.
 */
startupSnapshot.setDeserializeMainFunction(() => {
  void main(process.argv).then((code) => {
    process.exitCode = code;
  });
});
