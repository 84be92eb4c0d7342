import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { newId, Secret } from '@orrery/shared/runtime';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { SealedTokens, TOKEN_KEY_FILE } from './sealed-token.js';

const TOKEN = 'wwrb66uUh18Fqc38rd8jMd5RFJzRsCn4';
const ID = newId('ctl');
const newFolder = async () => join(await temporaryFolder('sealed'), 'secrets');

describe('the token of a controller in the database', () => {
  it('can be opened again with the folder of secrets', async () => {
    const folder = await newFolder();
    const sealed = await new SealedTokens(folder).seal(ID, new Secret(TOKEN));
    expect((await new SealedTokens(folder).open(ID, sealed)).reveal()).toBe(TOKEN);
  });

  it('is not stored in readable form in any encoding, and differs each time it is sealed', async () => {
    const tokens = new SealedTokens(await newFolder());
    const [one, two] = [await tokens.seal(ID, new Secret(TOKEN)), await tokens.seal(ID, new Secret(TOKEN))];
    for (const form of [TOKEN, Buffer.from(TOKEN).toString('base64'), Buffer.from(TOKEN).toString('hex')])
      for (const encoding of ['latin1', 'base64', 'hex'] as const) expect(one.toString(encoding)).not.toContain(form);
    expect(one.equals(two)).toBe(false);
    expect((await tokens.open(ID, two)).reveal()).toBe(TOKEN);
  });

  it('is sealed with a key that is created once, at first use, and that only its owner can read', async () => {
    const folder = await newFolder();
    const many = Array.from({ length: 8 }, () => new SealedTokens(folder));
    const sealed = await Promise.all(many.map((tokens) => tokens.seal(ID, new Secret(TOKEN))));
    for (const one of sealed) expect((await new SealedTokens(folder).open(ID, one)).reveal()).toBe(TOKEN);
    expect(await readdir(folder)).toEqual([TOKEN_KEY_FILE]);
    expect((await stat(join(folder, TOKEN_KEY_FILE))).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await readFile(join(folder, TOKEN_KEY_FILE), 'utf8'), 'base64')).toHaveLength(32);
  });
});

describe('the token of a controller cannot be opened', () => {
  const refusal = async (opened: Promise<Secret>) => {
    const error: unknown = await opened.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'controller-away',
      kind: 'operational',
      fix: expect.stringContaining('token'),
    });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(TOKEN);
    return (error as Error).message;
  };
  const sealedIn = async (folder: string) => new SealedTokens(folder).seal(ID, new Secret(TOKEN));

  it('with the key of another installation', async () => {
    const sealed = await sealedIn(await newFolder());
    expect(await refusal(new SealedTokens(await newFolder()).open(ID, sealed))).toContain('another key');
  });

  it('for another controller', async () => {
    const folder = await newFolder();
    expect(await refusal(new SealedTokens(folder).open(newId('ctl'), await sealedIn(folder)))).toContain(
      'another controller',
    );
  });

  it('when any one of its bits differs; unchanged, it can', async () => {
    const folder = await newFolder();
    const sealed = await sealedIn(folder);
    for (let at = 0; at < sealed.length; at++) {
      const bent = Buffer.from(sealed);
      bent[at] = (bent[at] ?? 0) ^ 1;
      await refusal(new SealedTokens(folder).open(ID, bent));
    }
    expect((await new SealedTokens(folder).open(ID, sealed)).reveal()).toBe(TOKEN);
  });

  it('when it is too short, or of an unknown version', async () => {
    const tokens = new SealedTokens(await newFolder());
    await refusal(tokens.open(ID, Buffer.alloc(0)));
    await refusal(tokens.open(ID, Buffer.of(1, 2, 3)));
    expect(await refusal(tokens.open(ID, Buffer.alloc(80, 9)))).toContain('newer Orrery');
  });

  it('while the key file is unusable; once the key is back it can, without a restart', async () => {
    const folder = await newFolder();
    const sealed = await sealedIn(folder);
    const path = join(folder, TOKEN_KEY_FILE);
    const key = await readFile(path, 'utf8');
    await writeFile(path, 'none');
    const tokens = new SealedTokens(folder);
    expect(await refusal(tokens.open(ID, sealed))).toContain('holds no key');
    await writeFile(path, key);
    expect((await tokens.open(ID, sealed)).reveal()).toBe(TOKEN);
  });
});
