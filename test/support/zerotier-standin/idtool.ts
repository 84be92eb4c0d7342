import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hasSecret, IDENTITY_BYTES, identityFrom, parseIdentity } from '../../../libs/simulator/src/model/identity.js';
import { readIfThere } from './files.js';
import { draftMoon, moonFileName, writeMoon, type MoonDraft } from './moon-file.js';

const USAGE = `Usage: zerotier-idtool <command> [<args>]

Commands:
  generate [<identity.secret>] [<identity.public>]
  validate <identity.secret/public>
  getpublic <identity.secret>
  initmoon <identity.public of first seed>
  genmoon <moon json>
`;

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};
const usage = (): number => {
  print(USAGE);
  return 1;
};
const refuse = (text: string): number => {
  process.stderr.write(text);
  return 1;
};

function generate(secretPath?: string, publicPath?: string): number {
  const { identity, secret } = identityFrom(randomBytes(IDENTITY_BYTES));
  if (secretPath === undefined) return print(secret);
  const files: [string, string][] = [[secretPath, secret]];
  if (publicPath !== undefined) files.push([publicPath, identity.public]);
  for (const [path, text] of files) {
    try {
      writeFileSync(path, text);
    } catch {
      return refuse(`Error writing to ${path}\n`);
    }
    print(`${path} written\n`);
  }
  return 0;
}

/** An argument is a file's path, or the identity itself. */
const textOf = (argument: string): string => readIfThere(argument) ?? argument;

function initMoon(argument: string): number {
  const draft = draftMoon(textOf(argument));
  return draft ? print(`${JSON.stringify(draft, null, 1)}\n`) : refuse(`${argument} is not a valid identity\n`);
}

function genMoon(argument: string): number {
  const text = readIfThere(argument);
  if (text === undefined) return refuse(`cannot read ${argument}\n`);
  const draft = JSON.parse(text) as MoonDraft;
  const timestamp = Date.now();
  writeFileSync(moonFileName(draft), writeMoon(draft, timestamp));
  return print(`wrote ${moonFileName(draft)} (signed world with timestamp ${String(timestamp)})\n`);
}

export function runIdtool(args: readonly string[]): number {
  const [command, first, second] = args;
  if (command === 'generate') return generate(first, second);
  if (first === undefined) return usage();
  const identity = parseIdentity(textOf(first));
  switch (command) {
    case 'validate':
      return identity ? print(`${first} is a valid identity\n`) : refuse(`${first} FAILED validation.\n`);
    case 'getpublic':
      return identity && hasSecret(textOf(first))
        ? print(identity.public)
        : refuse(`${first} is not a valid identity\n`);
    case 'initmoon':
      return initMoon(first);
    case 'genmoon':
      return genMoon(first);
    default:
      return usage();
  }
}
