import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, Secret } from '@orrery/shared/runtime';
import { ProblemFilter } from '../http/problem.filter.js';
import { LOGGER } from '../logger.js';
import { AuthGuard } from './auth.guard.js';
import { JoinTokens } from '../join-tokens/join-tokens.service.js';
import { Logins } from '../logins/logins.service.js';
import { JoinSecret } from './join-secret.js';
import { FailureThrottles } from './failure-throttle.js';
import { RequestGate } from './request-gate.js';
import { Policy } from './policy.decorator.js';
import type { Principal } from './principal.js';
import { routePolicies } from './route-policies.js';
import { Authenticator } from './authenticator.js';

const tokenOf = (role: string) => `ora_${role.padEnd(43, 'x')}`;
const JOIN_SECRET = `orj_${'j'.repeat(43)}`;

@Controller()
class SomeController {
  @Get('forgotten') forgotten() {
    return { reached: true };
  }
  @Get('anyone') @Policy('public') anyone() {
    return { reached: true };
  }
  @Get('viewer') @Policy('viewer') viewer() {
    return { reached: true };
  }
  @Get('operator') @Policy('operator') operator() {
    return { reached: true };
  }
  @Get('admin') @Policy('admin') admin() {
    return { reached: true };
  }
  @Post('join') @Policy('join') join() {
    return { reached: true };
  }
}

/** How long refusals are held back here. */
const HELD_MS = 50;

/** Knows one token per role. */
const tokens = {
  identify: (token: string): Promise<Principal | undefined> => {
    const role = (['viewer', 'operator', 'admin'] as const).find((name) => tokenOf(name) === token);
    return Promise.resolve(role && { tokenId: role, name: role, role });
  },
};

const HALVES = { secret: 's'.repeat(43), cookie: 'c'.repeat(43) };
/** Knows one login, of an operator. */
const logins = {
  identify: (secret: string, cookies: string[]) =>
    Promise.resolve(
      secret === HALVES.secret && cookies.includes(HALVES.cookie)
        ? { principal: { tokenId: 'operator', name: 'operator', role: 'operator', login: 'lgn_x' }, renew: undefined }
        : undefined,
    ),
};

@Module({
  controllers: [SomeController],
  providers: [
    { provide: LOGGER, useValue: createLogger('test', 'silent') },
    { provide: Authenticator, useValue: tokens },
    { provide: Logins, useValue: logins },
    { provide: JoinSecret, useValue: new JoinSecret(new Secret(JOIN_SECRET)) },
    { provide: JoinTokens, useValue: { isKnown: () => Promise.resolve(false) } },
    { provide: FailureThrottles, useValue: new FailureThrottles(HELD_MS) },
    RequestGate,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
class SomeModule {}

describe('the guard of every route', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(SomeModule, new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const ask = (url: string, authorization?: string, method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, headers: authorization ? { authorization } : {} });
  const status = async (url: string, role?: string) => (await ask(url, role && `Bearer ${tokenOf(role)}`)).statusCode;

  it('refuses a route without a policy, even to an admin, and the walk over all routes names it', async () => {
    expect(await status('/forgotten', 'admin')).toBe(403);
    expect(await status('/admin', 'admin')).toBe(200);
    const without = routePolicies(app.get(ModulesContainer)).filter(({ policy }) => policy === undefined);
    expect(without.map(({ route }) => route)).toEqual(['SomeController.forgotten']);
  });

  it('allows each role its own routes and those of all lower roles', async () => {
    const matrix: Record<string, number[]> = {};
    for (const role of ['viewer', 'operator', 'admin'])
      matrix[role] = await Promise.all(['/viewer', '/operator', '/admin'].map((url) => status(url, role)));
    expect(matrix).toEqual({ viewer: [200, 403, 403], operator: [200, 200, 403], admin: [200, 200, 200] });
  });

  it('lets anyone use public routes, and only those', async () => {
    expect(await status('/anyone')).toBe(200);
    expect(await status('/viewer')).toBe(401);
  });

  it('gives the same answer to a missing, a malformed and an unknown token', async () => {
    const headers = [undefined, 'Basic eDp5', 'Bearer', 'Bearer nonsense', `Bearer ${tokenOf('nobody')}`];
    const answers = await Promise.all(headers.map((header) => ask('/viewer', header)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(headers.map(() => 401));
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="orrery"');
  });

  it('accepts the join secret for joining and nothing else, and no token for joining', async () => {
    expect((await ask('/join', `Bearer ${JOIN_SECRET}`, 'POST')).statusCode).toBe(201);
    expect((await ask('/join', `Bearer ${tokenOf('admin')}`, 'POST')).json()).toMatchObject({ code: 'join-refused' });
    expect((await ask('/viewer', `Bearer ${JOIN_SECRET}`)).statusCode).toBe(401);
  });

  it('accepts both halves of a login, and neither half alone, nor a half of another form', async () => {
    const { secret, cookie } = HALVES;
    const answer = async (url: string, headers: Record<string, string>) => {
      const { statusCode, body } = await app.inject({ method: 'GET', url, headers });
      return statusCode === 401 ? (JSON.parse(body) as { code: string }).code : statusCode;
    };
    const both = { 'orrery-login': secret, cookie: `other=1; orrery-login=${cookie}` };
    expect([await answer('/operator', both), await answer('/admin', both)]).toEqual([200, 403]);
    for (const part of [
      { 'orrery-login': secret },
      { cookie: `orrery-login=${cookie}` },
      { 'orrery-login': secret, cookie: `orrery-login=${secret}` },
      { 'orrery-login': cookie, cookie: `orrery-login=${cookie}` },
      { 'orrery-login': secret, cookie: `x-orrery-login=${cookie}` },
      { 'orrery-login': '', cookie: `orrery-login=${cookie}` },
      { 'orrery-login': secret, cookie: 'orrery-login=' },
    ] as Record<string, string>[])
      expect([part, await answer('/viewer', part)]).toEqual([part, 'unauthenticated']);
  });

  it('refuses a token and a login at once, valid or not, whoever they belong to', async () => {
    const ofLogin = [
      { 'orrery-login': HALVES.secret, cookie: `orrery-login=${HALVES.cookie}` },
      { 'orrery-login': HALVES.secret },
      { cookie: `orrery-login=${HALVES.cookie}` },
      { cookie: 'orrery-login=' },
    ];
    for (const authorization of [`Bearer ${tokenOf('admin')}`, 'Bearer nonsense', 'bearer'])
      for (const part of ofLogin) {
        const { body } = await app.inject({ method: 'GET', url: '/viewer', headers: { ...part, authorization } });
        expect([authorization, part, JSON.parse(body)]).toEqual([
          authorization,
          part,
          expect.objectContaining({ status: 400, code: 'two-credentials', fix: expect.any(String) }),
        ]);
      }
    // Another scheme is not one of ours: a proxy in front of the API asked for it.
    const headers = { ...ofLogin[0], authorization: 'Basic eDp5' };
    expect((await app.inject({ method: 'GET', url: '/viewer', headers })).statusCode).toBe(200);
  });

  it('slows the refusals of many wrong tokens, but serves a valid one that is new to it at once', async () => {
    for (let wrong = 0; wrong < 20; wrong++) await ask('/viewer', `Bearer ${tokenOf(`wrong${wrong}`)}`);
    const from = performance.now();
    const refused = await ask('/viewer', `Bearer ${tokenOf('again')}`);
    expect(performance.now() - from).toBeGreaterThan(HELD_MS * 0.9);
    expect(refused.json()).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await status('/operator', 'operator')).toBe(200);
  });

  it('counts enrolling machines apart: neither wrong join tokens nor wrong tokens of people slow the other', async () => {
    for (let wrong = 0; wrong < 21; wrong++) await ask('/viewer', `Bearer ${tokenOf(`more${wrong}`)}`);
    expect((await ask('/join', 'Bearer orj_wrong', 'POST')).json()).toMatchObject({ code: 'join-refused' });
    for (let wrong = 0; wrong < 21; wrong++) await ask('/join', `Bearer orj_wrong${wrong}`, 'POST');
    expect((await ask('/join', 'Bearer orj_again', 'POST')).json()).toMatchObject({ code: 'too-many-requests' });
    expect((await ask('/join', `Bearer ${JOIN_SECRET}`, 'POST')).statusCode).toBe(201);
  });
});
