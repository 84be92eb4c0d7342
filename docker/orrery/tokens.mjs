#!/usr/bin/env node
// Runs at every `up`, before the agents: a join token for each host of ORRERY_HOSTS ("name:labels name:labels …") that the API does
// not know, into a volume that this host alone reads. A host that has joined needs none any more.
//   --replace NAME    a token with which that host joins anew in its own place, after its agent's volume was lost
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const api = process.env.ORRERY_URL;
const admin = readFileSync(`${process.env.ORRERY_HOME}/secrets/admin.token`, 'utf8').trim();
const hosts = new Map(process.env.ORRERY_HOSTS.trim().split(/\s+/).map(hostOf));
const [option, replaced] = process.argv.slice(2);

if (option === '--replace') await replace(replaced);
else await provide();

async function provide() {
  const known = new Set((await ask('GET', '/v1/hosts?limit=500')).items.map(({ name }) => name));
  for (const [name, labels] of hosts) {
    if (known.has(name)) {
      rmSync(`/tokens/${name}/token`, { force: true });
      console.log(`${name}: has joined`);
    } else {
      give(name, (await ask('POST', '/v1/join-tokens', { name, labels })).secret);
      console.log(`${name}: has a token for one join`);
    }
  }
}

async function replace(name) {
  if (!hosts.has(name)) fail(`${name} is not a host of docker-compose.yml. Its hosts: ${[...hosts.keys()].join(', ')}`);
  give(name, (await ask('POST', '/v1/join-tokens', { replaces: name })).secret);
  console.log(`${name}: its agent joins in its own place, if it does so within a quarter of an hour`);
}

/** Whole or not at all, and for root alone: the agent of that host is. */
function give(name, secret) {
  const file = `/tokens/${name}/token`;
  if (!existsSync(`/tokens/${name}`)) fail(`there is no volume for ${name} at /tokens/${name}`);
  writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function ask(method, path, body) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) fail(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** `name:key=value,key=value` */
function hostOf(text) {
  const [name, labels = ''] = text.split(':');
  return [
    name,
    Object.fromEntries(
      labels
        .split(',')
        .filter(Boolean)
        .map((label) => label.split('=')),
    ),
  ];
}

function fail(cause) {
  console.error(cause);
  process.exit(1);
}
