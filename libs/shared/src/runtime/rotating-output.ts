import { copyFileSync, fstatSync, ftruncateSync, renameSync, statSync, writeSync } from 'node:fs';

export const LARGEST_LOG = 10 * 1024 * 1024;

/**
 * Writes log lines to a descriptor that is open on `file`, and keeps that file small while the process runs. A full file is copied to
 * `<file>.1` (the previous one becomes `<file>.2`) and truncated. The descriptor must be open for appending, so that the next line is
 * the first. The same process writes and truncates, one line at a time, so no line is lost. Other writers, such as the runtime when it
 * crashes, continue to write there. A log never stops its process: lines that the disk cannot take are lost.
 */
export class RotatingOutput {
  #size: number;

  private constructor(
    private readonly fd: number,
    private readonly file: string,
    private readonly largest: number,
  ) {
    this.#size = fstatSync(fd).size;
  }

  /** Undefined when the descriptor is not this file: a pipe or a terminal has a reader who takes care of its size. */
  static of(fd: number, file: string | undefined, largest = LARGEST_LOG): RotatingOutput | undefined {
    return file !== undefined && isSameFile(fd, file) ? new RotatingOutput(fd, file, largest) : undefined;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#size > 0 && this.#size + bytes.length > this.largest) this.#rotate();
    try {
      writeSync(this.fd, bytes);
    } catch {
      return;
    }
    this.#size += bytes.length;
  }

  #rotate(): void {
    const { fd, file } = this;
    try {
      // Somebody else may have put another file in its place.
      if (isSameFile(fd, file)) {
        moveIfThere(`${file}.1`, `${file}.2`);
        copyFileSync(file, `${file}.1`);
      }
      ftruncateSync(fd, 0);
    } catch {
      // Tried again once the file has grown by as much again.
    }
    this.#size = 0;
  }
}

function isSameFile(fd: number, file: string): boolean {
  try {
    const [open, named] = [fstatSync(fd), statSync(file)];
    return open.isFile() && open.ino === named.ino && open.dev === named.dev;
  } catch {
    return false;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
