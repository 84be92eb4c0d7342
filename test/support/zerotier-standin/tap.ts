import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants, existsSync, openSync, closeSync } from 'node:fs';
import type { Tun } from '../../../libs/simulator/src/model/daemon.js';

/** Why a device could not be opened, with the real daemon's wording. */
export class TapError extends Error {
  constructor(
    readonly tun: Exclude<Tun, 'present'>,
    message: string,
  ) {
    super(message);
  }
}

const TUN_DEVICE = '/dev/net/tun';
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EPERM: 'Operation not permitted',
  EACCES: 'Permission denied',
  ENODEV: 'No such device',
};

function checkDevice(): void {
  try {
    accessSync(TUN_DEVICE, constants.F_OK);
    closeSync(openSync(TUN_DEVICE, 'r+'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new TapError('missing', `could not open TUN/TAP device: ${REASONS[code] ?? code}`);
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A port for socat: reserved for a moment, then released. */
async function freePort(): Promise<number> {
  const socket = await bound();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

const LONGEST_FRAME = 10_240;
const OPEN_TRIES = 400;

/**
 * A real TAP device. socat holds it open and turns each frame into one UDP packet on loopback and back, because a pipe
 * would glue frames together. When this process dies, so does socat, and with it the device.
 */
export class Tap {
  private constructor(
    readonly device: string,
    private readonly socat: ChildProcess,
    private readonly socket: Socket,
    private readonly socatPort: number,
  ) {}

  static async open(device: string, onFrame: (frame: Buffer) => void): Promise<Tap> {
    checkDevice();
    const socket = await bound();
    const socatPort = await freePort();
    const there = `UDP4:127.0.0.1:${String(socket.address().port)},bind=127.0.0.1,sourceport=${String(socatPort)}`;
    const here = `TUN,tun-device=${TUN_DEVICE},tun-type=tap,tun-name=${device},iff-no-pi`;
    const command = ['--pdeathsig', 'KILL', 'socat', '-b', String(LONGEST_FRAME), here, there];
    const socat = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'ignore'] });
    const tap = new Tap(device, socat, socket, socatPort);
    socket.on('message', (frame, from) => {
      if (from.port === socatPort) onFrame(frame);
    });
    socket.on('error', () => undefined);
    if (!(await appears(device, socat))) {
      await tap.close();
      throw new TapError('denied', 'unable to configure TUN/TAP device for TAP operation');
    }
    return tap;
  }

  write(frame: Buffer): void {
    this.socket.send(frame, this.socatPort, '127.0.0.1', () => undefined);
  }

  /** Resolves when the device is gone: it disappears with socat, a moment after the signal. */
  async close(): Promise<void> {
    const ended = this.socat.exitCode !== null || this.socat.signalCode !== null || this.socat.pid === undefined;
    const exit = ended ? undefined : once(this.socat, 'exit');
    this.socat.kill('SIGKILL');
    this.socket.close();
    await exit;
  }
}

async function appears(device: string, socat: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < OPEN_TRIES && socat.exitCode === null && socat.signalCode === null; tries++) {
    if (existsSync(`/sys/class/net/${device}`)) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}
