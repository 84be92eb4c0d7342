import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { readIfThere } from './files.js';

interface Options {
  readonly home: string;
  readonly port: string | undefined;
  readonly token: string | undefined;
  readonly json: boolean;
  readonly words: readonly string[];
}

function readOptions(args: readonly string[]): Options {
  const value = (flag: string): string | undefined =>
    args.find((arg) => arg.startsWith(flag) && arg.length > 2)?.slice(2);
  return {
    home: value('-D') ?? '/var/lib/zerotier-one',
    port: value('-p'),
    token: value('-T'),
    json: args.includes('-j'),
    words: args.filter((arg) => !arg.startsWith('-')),
  };
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

type Ask = (method: string, path: string, body?: string) => Promise<Reply>;

const asker =
  (port: string, token: string): Ask =>
  (method, path, body) =>
    new Promise((resolve) => {
      // The real one sends the token file as it is. Node cannot send its line end, so it sends another wrong token.
      const headers = {
        'X-ZT1-Auth': /\s/.test(token) ? 'not-trimmed' : token,
        ...(body && { 'Content-Length': body.length }),
      };
      const call = httpRequest({ host: '127.0.0.1', port, method, path, headers, timeout: 60_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      call.on('error', () => {
        resolve({ status: 0, body: 'connection failed' });
      });
      call.end(body);
    });

type Row = Readonly<Record<string, unknown>>;
function text(row: Row, key: string): string {
  const value = row[key];
  return (typeof value === 'string' || typeof value === 'number' ? String(value) : '') || '-';
}
const dashes = (list: unknown): string => (Array.isArray(list) && list.length > 0 ? list.join(',') : '-');

const infoLines = (status: Row): string[] => [
  `200 info ${text(status, 'address')} ${text(status, 'version')} ${status['online'] === true ? 'ONLINE' : 'OFFLINE'}`,
];

const networkLines = (networks: readonly Row[]): string[] => [
  '200 listnetworks <nwid> <name> <mac> <status> <type> <dev> <ZT assigned ips>',
  ...networks.map((row) => {
    const columns = ['nwid', 'name', 'mac', 'status', 'type', 'portDeviceName'].map((key) => text(row, key));
    return `200 listnetworks ${columns.join(' ')} ${dashes(row['assignedAddresses'])}`;
  }),
];

function peerLine(row: Row): string {
  const [path] = row['paths'] as Row[];
  const version = row['versionMajor'] === -1 ? '-' : text(row, 'version');
  const since = (key: string): string => String(Date.now() - Number(path?.[key])).padEnd(8);
  const link = path ? `DIRECT   ${since('lastSend')} ${since('lastReceive')} ${text(path, 'address')}` : 'RELAY';
  return `${text(row, 'address')} ${version.padEnd(6)} ${text(row, 'role').padEnd(6)} ${text(row, 'latency').padStart(5)} ${link}`;
}

function peerListLine(row: Row): string {
  const [path] = row['paths'] as Row[];
  const since = (key: string): string => String(Date.now() - Number(path?.[key]));
  const where = path ? [text(path, 'address'), since('lastSend'), since('lastReceive')].join(';') : '-';
  const version = row['versionMajor'] === -1 ? '-' : text(row, 'version');
  return ['200 listpeers', text(row, 'address'), where, text(row, 'latency'), version, text(row, 'role')].join(' ');
}

const peerListLines = (peers: readonly Row[]): string[] => [
  '200 listpeers <ztaddr> <path> <latency> <version> <role>',
  ...peers.map(peerListLine),
];

const peerLines = (peers: readonly Row[]): string[] => [
  '200 peers',
  '<ztaddr>   <ver>  <role> <lat> <link>   <lastTX> <lastRX> <path>',
  ...peers.map(peerLine),
];

/** Command → the request, and how to print the answer. */
const QUERIES: Readonly<Record<string, { path: string; lines: (value: never) => string[] }>> = {
  info: { path: '/status', lines: infoLines },
  status: { path: '/status', lines: infoLines },
  listnetworks: { path: '/network', lines: networkLines },
  peers: { path: '/peer', lines: peerLines },
  listpeers: { path: '/peer', lines: peerListLines },
  listmoons: { path: '/moon', lines: (moons: Row[]) => [JSON.stringify(moons, null, 1)] },
};

function print(lines: readonly string[], code: number): number {
  process.stdout.write(`${lines.join('\n')}\n`);
  return code;
}

const unreachable = (reason: string): string =>
  `Error connecting to the ZeroTier service: ${reason}\n\nPlease check that the service is running and that TCP port 9993 can be contacted via 127.0.0.1.`;

/**
 * `allowGlobal=1` → the body of a POST; the real one reads anything that begins with 1 or t as true, and everything
 * else as false.
 */
function settingIn(argument: string): string {
  const [key = '', value = ''] = argument.split('=');
  return JSON.stringify({ [key]: /^[1t]/.test(value) });
}

async function change(ask: Ask, command: string, words: readonly string[], json: boolean): Promise<number> {
  const [networkId = '', setting = ''] = words;
  if (networkId.length !== 16) return print(['invalid network id'], 2);
  const reply = await (command === 'leave'
    ? ask('DELETE', `/network/${networkId}`)
    : ask('POST', `/network/${networkId}`, command === 'join' ? '{}' : settingIn(setting)));
  if (reply.status === 0) return print([unreachable(reply.body)], 1);
  if (reply.status !== 200) return print([`${String(reply.status)} ${command} ${reply.body}`], 1);
  return print([json || command === 'set' ? reply.body : `200 ${command} OK`], 0);
}

export async function runCli(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const token = options.token ?? readIfThere(join(options.home, 'authtoken.secret'));
  const port = options.port ?? readIfThere(join(options.home, 'zerotier-one.port'))?.trim();
  if (port === undefined) {
    process.stderr.write(`zerotier-cli: missing port and zerotier-one.port not found in ${options.home}\n`);
    return 2;
  }
  if (token === undefined) {
    process.stderr.write(
      `zerotier-cli: authtoken.secret not found or readable in ${options.home} (try again as root)\n`,
    );
    return 2;
  }
  const ask = asker(port, token);
  const [command = '', ...words] = options.words;
  if (['join', 'leave', 'set'].includes(command)) return change(ask, command, words, options.json);
  const query = QUERIES[command];
  if (!query)
    return print(
      ['usage: zerotier-cli [-j] info|listnetworks|peers|listmoons|join <id>|leave <id>|set <id> <setting>'],
      2,
    );
  const reply = await ask('GET', query.path);
  if (reply.status === 0) return print([unreachable(reply.body)], 1);
  if (reply.status !== 200) return print([`${String(reply.status)} ${command} ${reply.body}`], 1);
  const value = JSON.parse(reply.body) as never;
  return print(options.json ? [JSON.stringify(value, null, 1)] : query.lines(value), 0);
}
