import { describe, expect, it } from '@jest/globals';
import { engineError, EngineTimeout } from './engine-error.js';

/** An error as dockerode throws it, with the engine's message in `json`. */
const answered = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) - ${message}`), { statusCode, json: { message } });
const system = (code: string) => Object.assign(new Error(`connect ${code} /run/docker.sock`), { code });
const errand = { doing: 'starting orrery-demo', image: 'zerotier/zerotier:1.14.2', container: 'orrery-demo' };
const codeOf = (error: unknown, doing = errand.doing) =>
  engineError(error, { ...errand, doing }, '/run/docker.sock').code;

describe('an error of the engine', () => {
  it.each([
    [
      'tun-missing',
      'error gathering device information while adding custom device "/dev/net/tun": no such file or directory',
    ],
    [
      'image-architecture',
      'failed to create task for container: … exec /usr/sbin/zerotier-one: exec format error: unknown',
    ],
    [
      'image-unsuitable',
      'OCI runtime create failed: runc create failed: exec: "/usr/sbin/zerotier-idtool": stat /usr/sbin/zerotier-idtool: no such file or directory: unknown',
    ],
    [
      'container-name-taken',
      'Conflict. The container name "/orrery-demo" is already in use by container "abc". You have to remove (or rename) that container to be able to reuse that name.',
    ],
    ['disk-full', 'mkdir /var/lib/docker/overlay2/abc: no space left on device'],
    [
      'port-taken',
      'driver failed programming external connectivity: Bind for 0.0.0.0:9993 failed: port is already allocated',
    ],
    ['image-absent', 'No such image: zerotier/zerotier:1.14.2'],
    ['unexpected', 'something nobody has seen yet'],
  ])('is %s when it says so', (code, message) => {
    expect(codeOf(answered(500, message))).toBe(code);
  });

  it.each([
    ['pull-refused', "pull access denied for nope/nope, repository does not exist or may require 'docker login'"],
    ['pull-refused', 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'],
    ['pull-refused', 'toomanyrequests: You have reached your pull rate limit'],
    ['pull-refused', 'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection'],
    ['image-absent', 'manifest for zerotier/zerotier:9.9 not found: manifest unknown: manifest unknown'],
    ['image-architecture', 'no matching manifest for linux/arm64/v8 in the manifest list entries'],
    ['disk-full', 'failed to register layer: write /usr/bin/x: no space left on device'],
  ])('is %s when pulling ends with these words', (code, message) => {
    expect(codeOf(new Error(message), 'pulling zerotier/zerotier:9.9')).toBe(code);
  });

  it.each([
    '(HTTP code 500) server error - Get "https://r.example/v2/": dial tcp: no such host ',
    'Get "https://r.example/v2/": dial tcp: no such host',
  ])('is told in the words of the engine, without HTTP: %s', (message) => {
    // dockerode leaves no `json` of a pull.
    const error = Object.assign(new Error(message), { statusCode: 500, json: null });
    const { message: told } = engineError(error, { ...errand, doing: 'pulling r.example/x' }, '/run/docker.sock');
    expect(told).toBe('pulling r.example/x failed: Get "https://r.example/v2/": dial tcp: no such host');
  });

  it('is not a refused pull when the connection is refused and nothing was being pulled', () => {
    expect(codeOf(answered(500, 'connection refused'))).toBe('unexpected');
    expect(codeOf(answered(500, 'connection refused'), 'pulling x')).toBe('pull-refused');
  });

  it.each(['ENOENT', 'EACCES', 'ECONNREFUSED', 'ECONNRESET'])('is docker-unreachable and transient on %s', (code) => {
    const error = engineError(system(code), errand, '/run/docker.sock');
    expect(error).toMatchObject({ code: 'docker-unreachable', transient: true });
    expect(error.fix).not.toBe('');
  });

  it('explains how to get access to the socket', () => {
    expect(engineError(system('EACCES'), errand, '/run/docker.sock').fix).toContain('usermod -aG docker');
  });

  it('is docker-unreachable when no answer came in time', () => {
    expect(codeOf(new EngineTimeout(errand, 5000))).toBe('docker-unreachable');
  });

  it('carries hostile text from a registry as one printable line', () => {
    const error = engineError(new Error(`\u001b[31mred\u0007\n${'x'.repeat(5000)}`), errand, '/run/docker.sock');
    expect(error.message).toMatch(/^[\x20-\x7e]+$/);
    expect(error.message.length).toBeLessThan(600);
  });
});
