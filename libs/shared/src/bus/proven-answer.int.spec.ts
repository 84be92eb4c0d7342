import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { startNats, type TestNats } from '../../../../test/support/servers.js';
import { idFrom, inboxPrefix, subjects } from '../contracts/index.js';
import { createLogger } from '../runtime/index.js';
import { Bus } from './bus.js';
import { answerSubject } from './proven-answer.js';
import { KEY_HEADER, newSigningKey, SIGNATURE_HEADER, Signer, Verifier } from './signing.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

const host = idFrom('hst', new Uint8Array(20).fill(1));
const other = idFrom('hst', new Uint8Array(20).fill(2));
const SUBJECT = subjects.hello(host);
const Answer = z.object({ from: z.string() });
const FORGED = JSON.stringify({ from: 'forger' });

const signer = new Signer(newSigningKey());
const verifier = new Verifier([signer.publicKey]);

describe('a request that requires a signed answer', () => {
  let nats: TestNats;
  let agent: Bus;
  let api: Bus;
  let wire: NatsConnection;
  /** The forger answers a request with this at once; the API answers only after that. */
  let forge: (request: Msg, nonce: string) => void;
  let forged: Promise<void>;
  let done = () => {};
  let isApiThere: boolean;

  const join = (inbox: string) => {
    const { port, user, password } = nats;
    const about = { servers: [`127.0.0.1:${port}`], user, password, name: inbox, inboxPrefix: inbox };
    return new Bus({ ...about, logger: createLogger('proven.spec', 'silent') });
  };
  const ask = (timeoutMs = 5_000, subject: string = SUBJECT) => {
    forged = new Promise((resolve) => (done = resolve));
    return agent.requestProven(subject, { a: 1 }, Answer, timeoutMs, verifier).then(
      ({ from }) => from,
      ({ code }: { code: string }) => code,
    );
  };
  const answer = (request: Msg, body: string, signedFor?: string, by = signer) => {
    const proof = headers();
    if (signedFor !== undefined) {
      const { key, signature } = by.sign(signedFor, body);
      proof.set(KEY_HEADER, key);
      proof.set(SIGNATURE_HEADER, signature);
    }
    request.respond(body, { headers: proof });
  };

  beforeAll(async () => {
    nats = await startNats();
    [agent, api] = [join(inboxPrefix(host)), join(inboxPrefix('api'))];
    wire = await connect({ servers: `127.0.0.1:${nats.port}`, user: nats.user, pass: nats.password });
    wire.subscribe('orrery.v1.api.hello.*', {
      callback: (_error, request) => {
        forge(request, request.headers?.get('Orrery-Nonce') ?? '');
        void wire.flush().then(() => done());
      },
    });
    await wire.flush();
    const respond = async () => {
      await forged;
      return isApiThere ? { from: 'api' } : undefined;
    };
    api.respond(subjects.anyHello, respond, { signer });
    api.respond('orrery.v1.api.events.*', async () => ({ from: 'unsigned' }));
    await Promise.all([api.flush(), agent.flush()]);
  }, 60_000);
  beforeEach(() => {
    isApiThere = true;
    forge = () => undefined;
  });
  afterAll(async () => {
    await Promise.all([agent?.close(), api?.close(), wire?.close()]);
    await nats?.close();
  });

  it('accepts the answer that the API signed', async () => {
    await expect(ask()).resolves.toBe('api');
  });

  const seen: string[] = [];
  const attacks: [string, (request: Msg, nonce: string) => void][] = [
    ['unsigned', (request) => answer(request, FORGED)],
    [
      'signed by another key',
      (request, nonce) => answer(request, FORGED, answerSubject(SUBJECT, nonce), new Signer(newSigningKey())),
    ],
    [
      'signed for another host',
      (request, nonce) => answer(request, FORGED, answerSubject(subjects.hello(other), nonce)),
    ],
    [
      'signed for an earlier request',
      (request, nonce) => {
        seen.push(nonce);
        answer(request, FORGED, answerSubject(SUBJECT, seen.at(-2) ?? 'a'.repeat(32)));
      },
    ],
    [
      'signed as the answer to a batch',
      (request, nonce) => answer(request, FORGED, answerSubject(subjects.events(host), nonce)),
    ],
    ['signed as a desired state', (request) => answer(request, FORGED, subjects.desired(host))],
    ['signed as a call', (request) => answer(request, FORGED, subjects.call(host))],
    ['signed for the subject of the request', (request) => answer(request, FORGED, SUBJECT)],
    [
      'signed with other bytes',
      (request, nonce) => {
        const { key, signature } = signer.sign(answerSubject(SUBJECT, nonce), '{}');
        const proof = headers();
        proof.set(KEY_HEADER, key);
        proof.set(SIGNATURE_HEADER, signature);
        request.respond(FORGED, { headers: proof });
      },
    ],
  ];

  it.each(attacks)(
    'ignores an answer that is %s, and accepts the answer of the API behind it',
    async (_how, attack) => {
      forge = attack;
      await expect(ask()).resolves.toBe('api');
      isApiThere = false;
      await expect(ask(300)).resolves.toBe('unproven');
    },
  );

  it('accepts the answer of a forger who has the key: the control', async () => {
    forge = (request, nonce) => answer(request, FORGED, answerSubject(SUBJECT, nonce));
    await expect(ask()).resolves.toBe('forger');
  });

  it('gives up when flooded with forged answers', async () => {
    isApiThere = false;
    forge = (request) => {
      for (let at = 0; at < 1_000; at++) request.respond(FORGED);
    };
    const begin = performance.now();
    await expect(ask(30_000)).resolves.toBe('unproven');
    expect(performance.now() - begin).toBeLessThan(asOnCalmMachine(15_000));
  });

  it('gets no answer when nobody listens, when nobody answers, and when the responder does not sign', async () => {
    await expect(ask(2_000, 'orrery.v1.api.nobody')).resolves.toBe('no-responder');
    isApiThere = false;
    await expect(ask(300)).resolves.toBe('timeout');
    await expect(ask(300, subjects.events(host))).resolves.toBe('unproven');
  });

  it('is answered unsigned when it does not ask for a signature, as with an older agent', async () => {
    const reply = await wire.request(SUBJECT, '{}', { timeout: 5_000 });
    expect([reply.string(), reply.headers?.has(SIGNATURE_HEADER) ?? false]).toEqual(['{"from":"api"}', false]);
    for (const nonce of ['', 'x', 'a'.repeat(33), `${'a'.repeat(32)}.b`, 'A'.repeat(32)]) {
      const asking = headers();
      asking.set('Orrery-Nonce', nonce);
      const plain = await wire.request(SUBJECT, '{}', { timeout: 5_000, headers: asking });
      expect(plain.headers?.has(SIGNATURE_HEADER) ?? false).toBe(false);
    }
  });
});
