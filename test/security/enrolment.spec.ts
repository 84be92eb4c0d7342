import { describe, expect, it } from '@jest/globals';
import { CommandPage, Host, HostPage, JoinReply, JoinTokenMade, type JoinTokenPost } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import type { z } from 'zod';
import { apiFixture } from '../support/api-fixture.js';
import { joinBody, joinHost, newInstallation } from '../support/joined-host.js';

const { api } = apiFixture();

const make = async (body: z.input<typeof JoinTokenPost>) =>
  (await api.ask('POST', '/v1/join-tokens', JoinTokenMade, { body })).body.secret;

/** Over HTTP, as the agent of a machine does it. */
async function enrol(token: string, name: string, installation = newInstallation()) {
  const answer = await fetch(`${api.url}/v1/join`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(await joinBody(api, { name, agentVersion: 'test', installation })),
  });
  return { status: answer.status, body: (await answer.json()) as object };
}

/** Too many came at once: for the database, or for the one process that is API and all machines here, so that a request arrived too slowly. */
const isTooMany = (status: number): boolean => status === 503 || status === 408;

/** Like an agent, asks again if too many come at once, or if strangers had to make room. */
async function enrolPatiently(token: string, name: string) {
  const installation = newInstallation();
  for (;;) {
    const answer = await enrol(token, name, installation).catch((error: Error) => {
      const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
      const isBusy = / answered (408|503): /.test(error.message);
      if (!isBusy && !['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code)) throw error;
    });
    if (answer && !isTooMany(answer.status)) return answer;
    await pause(200);
  }
}

async function all(token: string, machines: number) {
  const prefix = `m${newInstallation().slice(0, 6)}`;
  const tries = Array.from({ length: machines }, (_, n) => enrolPatiently(token, `${prefix}-${n}`));
  const answers = await Promise.all(tries);
  const won = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ body }) => 'code' in body && body.code === 'join-refused').length;
  const known = (await api.get('/v1/hosts?limit=500', HostPage)).body.items;
  return { won, refused, made: known.filter(({ name }) => name.startsWith(`${prefix}-`)).length };
}

describe('machines that enroll over HTTP with a join token', () => {
  it('are one when the token is for one, although 100 try at the same moment', async () => {
    expect(await all(await make({}), 100)).toEqual({ won: 1, refused: 99, made: 1 });
  }, 90_000);

  it('are exactly forty of 100 when it is for forty', async () => {
    expect(await all(await make({ uses: 40 }), 100)).toEqual({ won: 40, refused: 60, made: 40 });
  }, 60_000);

  it('get the name and labels of the token, and their own daemon joins its networks', async () => {
    const token = await make({ name: 'web-2', labels: { site: 'cloud' }, networks: ['8056c2e21c000001'] });
    expect((await enrol(token, 'whatever')).status).toBe(200);
    const { body: host } = await api.get('/v1/hosts/web-2', Host);
    expect(host.labels).toEqual({ site: 'cloud' });
    const { items } = (await api.get('/v1/commands?host=web-2', CommandPage)).body;
    expect(items).toMatchObject([{ action: 'join', target: expect.stringContaining('8056c2e21c000001') }]);
  });

  it('are the same host when they repeat a request whose answer was lost; another machine is refused', async () => {
    const [token, installation] = [await make({}), newInstallation()];
    const first = JoinReply.parse((await enrol(token, 'lost-reply', installation)).body);
    const again = JoinReply.parse((await enrol(token, 'lost-reply', installation)).body);
    expect(again.hostId).toBe(first.hostId);
    expect((await enrol(token, 'another')).body).toMatchObject({ code: 'join-refused' });
  });

  it('replace a host, with its name, labels and items, when the token says so, and otherwise become a new host', async () => {
    const former = await joinHost(api, 'web-3', { labels: { tier: 'web' } });
    const reply = JoinReply.parse((await enrol(await make({ replaces: 'web-3' }), 'fresh')).body);
    expect([reply.hostId, reply.name]).toEqual([former.hostId, 'web-3']);
    expect((await api.get('/v1/hosts/web-3', Host)).body.labels).toEqual({ tier: 'web' });
    expect((await enrol(await make({}), 'web-4')).body).not.toMatchObject({ hostId: former.hostId });
  });
});
