import { describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Module, Post, Put, Query } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { DryRunQuery, Host } from '@orrery/shared/contracts';
import { z } from 'zod';
import { Operation, type OperationOptions } from '../http/operation.decorator.js';
import { carelessChanges } from './change-rules.js';

const about = { tag: 'hosts', summary: 'a test', answers: { 200: Host } };
const change: OperationOptions = { ...about, id: 'changeHost', changes: true, ifMatch: true };
const own: OperationOptions = { ...about, id: 'joinHost', ownProtocol: 'for a test' };

@Controller('careless')
class Careless {
  @Post('undeclared')
  @Operation({ ...about, id: 'addController' })
  undeclared(@Query({ schema: DryRunQuery }) _query: DryRunQuery): void {}

  @Put('no-query')
  @Operation(change)
  noQuery(): void {}

  @Delete('lax-query')
  @Operation(change)
  laxQuery(@Query({ schema: z.object({ dryRun: z.string() }) }) _query: object): void {}

  @Post('no-dry-run')
  @Operation(change)
  noDryRun(@Query({ schema: z.strictObject({}) }) _query: object): void {}

  @Post('own-with-dry-run')
  @Operation(own)
  ownWithDryRun(@Query({ schema: DryRunQuery }) _query: DryRunQuery): void {}
}

@Controller('careful')
class Careful {
  @Get()
  @Operation({ ...about, id: 'getHost' })
  read(): void {}

  @Post()
  @Operation(change)
  change(@Query({ schema: DryRunQuery }) _query: DryRunQuery): void {}

  @Post('own')
  @Operation(own)
  own(@Query({ schema: z.strictObject({}) }) _query: object): void {}
}

@Module({ controllers: [Careless, Careful] })
class SomeModule {}

describe('the check of every route that changes something', () => {
  it('names exactly the routes that could ignore a part of the request', async () => {
    const app = await NestFactory.createApplicationContext(SomeModule, { logger: false });
    const found = carelessChanges(app.get(ModulesContainer));
    await app.close();
    expect(found).toEqual([
      'Careless.undeclared: @Operation has neither `changes` nor `ownProtocol`',
      'Careless.noQuery: no @Query with a strict schema, so unknown parameters are ignored',
      'Careless.laxQuery: no @Query with a strict schema, so unknown parameters are ignored',
      'Careless.noDryRun: its @Query has no dryRun',
      'Careless.ownWithDryRun: a protocol of its own has no dry run',
    ]);
  });
});
