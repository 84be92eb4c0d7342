import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inboxPrefix, subjects, type HostId } from '@orrery/shared/contracts';
import { eventually } from '../support/servers.js';
import { HandAgent } from '../support/system/hand-agent.js';
import { System } from '../support/system/system.js';

/**
 * docs/threats.md: a host asks with another host's subject for the answer, so that the API itself would publish there.
 */
describe('the answer to a hello', () => {
  let system: System;
  let mallory: HandAgent;
  let victim: HandAgent;
  beforeAll(async () => {
    system = await System.start();
    [mallory, victim] = [await HandAgent.join(system, 'mallory'), await HandAgent.join(system, 'victim')];
  }, 120_000);
  afterAll(async () => {
    await Promise.all([mallory?.close(), victim?.close()]);
    await system?.close();
  });

  it('goes below the inbox of the host that asks, and nowhere else', async () => {
    const heard: string[] = [];
    const listen = async (agent: HandAgent, subject: string) => {
      agent.bus.respond(subject, async (message) => void heard.push(message.subject));
      await agent.bus.flush();
    };
    const own = `${inboxPrefix(mallory.host)}.reply`;
    const elsewhere = (host: HostId) => [subjects.call(host), `${inboxPrefix(host)}.reply`];
    await listen(mallory, own);
    for (const subject of elsewhere(victim.host)) await listen(victim, subject);
    for (const reply of [...elsewhere(victim.host), subjects.desired(victim.host), inboxPrefix('api')])
      await mallory.helloTo(reply);
    await mallory.helloTo(own);
    await eventually(() => heard.includes(own), { within: 20_000, what: 'the answer in its own inbox' });
    // Any answer of the API to the others would have come before.
    await victim.bus.flush();
    expect(heard).toEqual([own]);
    expect(system.api.output.match(/bus\.reply-refused/g)).toHaveLength(4);
  }, 60_000);
});
