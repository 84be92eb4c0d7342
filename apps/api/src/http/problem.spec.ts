import { describe, expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';
import { explain, meaningOf, Problem, ProblemCode } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { CATALOGUE } from './problem-catalogue.js';
import { toProblem } from './problem.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('an error becomes a problem', () => {
  it('with its code, cause and fix, in the shape of the contract, for every code', () => {
    for (const code of ProblemCode.options) {
      const { problem } = toProblem(new AppError({ code, kind: 'user', cause: 'the cause', fix: 'the fix' }));
      expect(Problem.parse(problem)).toMatchObject({ code, status: CATALOGUE[code][0], type: `/docs/errors#${code}` });
      if (code !== 'internal') expect(problem).toMatchObject({ detail: 'the cause', fix: 'the fix' });
    }
  });

  it('with the general fix of its code when it has none of its own', () => {
    expect(toProblem(new AppError({ code: 'unknown-host', kind: 'user', cause: 'x' })).problem).toMatchObject({
      fix: meaningOf('unknown-host')?.fix,
      see: { method: 'GET', path: '/v1/hosts' },
    });
  });

  it('with the request that fits its situation, for clients of the API', () => {
    const error = new AppError({ kind: 'user', ...explain('host-away/agent', { host: 'web-1' }) });
    expect(toProblem(error).problem.see).toEqual({ method: 'GET', path: '/v1/hosts/web-1' });
    expect(toProblem(new AppError({ code: 'busy', kind: 'user', cause: 'x' })).problem).not.toHaveProperty('see');
  });

  it('with only those details that may leave', () => {
    const details = { candidates: ['a', 'b'], secret: 'hidden', retryAfter: 7 };
    const { problem, headers } = toProblem(
      new AppError({ code: 'ambiguous-reference', kind: 'user', cause: 'x', details }),
    );
    expect(problem.candidates).toEqual(['a', 'b']);
    expect(JSON.stringify(problem)).not.toContain('hidden');
    expect(headers).toEqual({ 'retry-after': '7' });
  });

  it('without any text of an unexpected error', () => {
    const { problem, bug } = toProblem(new TypeError('password=hunter2'));
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
    expect(bug).toBe(true);
  });

  it.each([
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
    new Error('Connection terminated unexpectedly'),
    new QueryRunnerAlreadyReleasedError(),
    new QueryFailedError('SELECT 1', [], withCode('57P03', 'the database system is starting up')),
  ])('503 with Retry-After when the database is unreachable: %s', (error) => {
    const { problem, headers, bug } = toProblem(error);
    expect(problem).toMatchObject({ status: 503, code: 'store-unavailable' });
    expect(headers).toEqual({ 'retry-after': '5' });
    expect(bug).toBe(false);
  });

  it.each([
    new QueryFailedError('UPDATE 1', [], withCode('55P03', 'canceling statement due to lock timeout')),
    new QueryFailedError('SELECT 1', [], withCode('57014', 'canceling statement due to statement timeout')),
    new Error('timeout exceeded when trying to connect'),
  ])('503 that does not call the database unreachable when it was too slow: %s', (error) => {
    const { problem, headers } = toProblem(error);
    expect(problem).toMatchObject({ status: 503, code: 'store-unavailable', detail: expect.stringContaining('busy') });
    expect(headers).toEqual({ 'retry-after': '5' });
  });

  it('503 with a fix when the disk of the database is full', () => {
    const { problem, headers } = toProblem(new QueryFailedError('INSERT 1', [], withCode('53100')));
    expect(problem).toMatchObject({ status: 503, code: 'store-unavailable', fix: expect.stringContaining('room') });
    expect(headers).toEqual({ 'retry-after': '5' });
  });

  it('500, not 503, when one of our statements is wrong', () => {
    expect(toProblem(new QueryFailedError('SELEC 1', [], withCode('42601'))).problem.status).toBe(500);
  });

  it.each([
    [new NotFoundException(), 'unknown-route'],
    [new HttpException('too large', 413, { cause: withCode('FST_ERR_CTP_BODY_TOO_LARGE') }), 'body-too-large'],
    [new HttpException('x', 415, { cause: withCode('FST_ERR_CTP_INVALID_MEDIA_TYPE') }), 'unsupported-media-type'],
    [new HttpException('x', 400), 'bad-request'],
  ])('from an error of the framework: %s', (error, code) => {
    expect(toProblem(error).problem.code).toBe(code);
  });
});
