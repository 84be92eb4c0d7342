import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findPortHolder, inodesOf } from './port-holder.js';

/** As the kernel (6.1) printed it. */
const PROC = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  452: 0100007F:2709 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 48193 2 0000000000000000 0
 1170: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15311 2 0000000000000000 0
`;

describe('the holder of a UDP port', () => {
  let socket: Socket;
  let port: number;

  beforeEach(async () => {
    socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    port = socket.address().port;
  });
  afterEach(() => {
    if (port > 0) socket.close();
  });

  it('has its socket by inode', () => {
    expect([inodesOf(PROC, 9993), inodesOf(PROC, 68), inodesOf(PROC, 1)]).toEqual([['48193'], ['15311'], []]);
  });

  it('is found by process and name, until it closes the port', async () => {
    const signal = AbortSignal.timeout(5_000);
    expect(await findPortHolder(port, signal)).toEqual({ port, pid: process.pid, program: expect.any(String) });
    socket.close();
    const closed = port;
    port = 0;
    expect(await findPortHolder(closed, signal)).toBeNull();
  });

  it('is another program even if zerotier-one has the port for other addresses, and nobody else if it alone has it', async () => {
    const program = `process.title = 'zerotier-one'; const socket = require('node:dgram').createSocket({ type: 'udp4' });
      socket.bind(${port}, '127.0.0.2', () => console.log('bound')); process.stdin.on('data', () => undefined);`;
    const zerotier = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(zerotier.stdout, 'data');
      const signal = AbortSignal.timeout(5_000);
      expect(await findPortHolder(port, signal)).toMatchObject({ pid: process.pid });
      socket.close();
      const alone = port;
      port = 0;
      expect(await findPortHolder(alone, signal)).toBeNull();
    } finally {
      zerotier.kill('SIGKILL');
    }
  });

  it('is not looked for longer than there is time', async () => {
    await expect(findPortHolder(port, AbortSignal.abort(new Error('time is up')))).rejects.toThrow('time is up');
  });
});
