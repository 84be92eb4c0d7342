// Where a nats-server program may come from, best first. Each source puts the program at `target` or throws why it could not.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NO_QUESTIONS = { DEBIAN_FRONTEND: 'noninteractive' };

/** @typedef {{ version: string, address: string, sha256: Record<string, { arch: string, sum: string }> }} Release */

/**
 * Checksums as published in the official image's build files (github.com/nats-io/nats-docker, 2.12.x/alpine).
 * @type {Release}
 */
export const release = {
  version: '2.12.15',
  address: 'https://github.com/nats-io/nats-server/releases/download',
  sha256: {
    'linux-x64': { arch: 'amd64', sum: '58ab8131f819263897e2fc38e503e1b755b63bcafeecc7d12582487df48ca15e' },
    'linux-arm64': { arch: 'arm64', sum: 'b724db99fefbf8f5c808baa82819ee50350aee9734017e4a478f7e545cef3ab6' },
    'linux-s390x': { arch: 's390x', sum: '5db960be875da499f1354f41c0a7780303fb9644cf62d35022677e77b4178029' },
    'linux-ppc64': { arch: 'ppc64le', sum: '56447e72ec0551fa27a4368388dee475e028d4d5de6d97a802d944c6f278cf1e' },
  },
};

/** @typedef {{ name: string, get: (target: string, work: string) => Promise<void> }} Source `work` is an empty folder of its own */

/** @type {Source[]} */
export const sources = [
  { name: 'the Debian package', get: fromDebian },
  { name: `the official release ${release.version}`, get: (target, work) => fromRelease(target, work) },
  { name: 'Homebrew', get: fromHomebrew },
  { name: `the Docker image nats:${release.version}`, get: fromDockerImage },
];

// Lists, cache and locks in folders of our own: works without root, and leaves the system's alone.
async function fromDebian(target, work) {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, folder), { recursive: true });
  const options = { cwd: work, env: { ...process.env, ...NO_QUESTIONS }, timeout: 90_000 };
  const own = ['-q', '-o', `Dir::State::lists=${work}/lists`, '-o', `Dir::Cache=${work}/cache`];
  const asRoot = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
  const quick = ['-o', 'Acquire::Languages=none', '-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=20'];
  await run('apt-get', [...own, ...asRoot, ...quick, 'update'], options);
  await run('apt-get', [...own, ...asRoot, ...quick, 'download', 'nats-server'], options);
  const archive = readdirSync(work).find((file) => file.endsWith('.deb'));
  if (!archive) throw new Error('apt-get download brought no package');
  await run('dpkg', ['-x', archive, 'unpacked'], options);
  copyFileSync(join(work, 'unpacked/usr/sbin/nats-server'), target);
}

/**
 * @param {string} target
 * @param {string} work
 * @param {Release} [pinned]
 * @param {string} [platform]
 */
export async function fromRelease(target, work, pinned = release, platform = `${process.platform}-${process.arch}`) {
  const build = pinned.sha256[platform];
  if (!build) throw new Error(`no checksum is known for ${platform}`);
  const name = `nats-server-v${pinned.version}-linux-${build.arch}`;
  const answer = await fetch(`${pinned.address}/v${pinned.version}/${name}.tar.gz`, {
    signal: AbortSignal.timeout(60_000),
  });
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  const archive = Buffer.from(await answer.arrayBuffer());
  const sum = createHash('sha256').update(archive).digest('hex');
  if (sum !== build.sum) throw new Error(`the checksum of ${name}.tar.gz is ${sum}, not ${build.sum}`);
  writeFileSync(join(work, 'release.tar.gz'), archive);
  await run('tar', ['-xzf', 'release.tar.gz', `${name}/nats-server`], { cwd: work });
  copyFileSync(join(work, name, 'nats-server'), target);
}

async function fromHomebrew(target) {
  await run('brew', ['install', '--quiet', 'nats-server'], { timeout: 300_000 });
  const { stdout } = await run('brew', ['--prefix', 'nats-server']);
  copyFileSync(join(stdout.trim(), 'bin/nats-server'), target);
}

async function fromDockerImage(target) {
  if (process.platform !== 'linux') throw new Error('the image holds a program for Linux');
  const { stdout } = await run('docker', ['create', `nats:${release.version}`], { timeout: 120_000 });
  try {
    await run('docker', ['cp', `${stdout.trim()}:/nats-server`, target]);
  } finally {
    await run('docker', ['rm', stdout.trim()]);
  }
  chmodSync(target, 0o755);
}
