import { describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';

type Packages = (name: string) => Record<string, unknown>;
const script = (globalThis as unknown as Record<symbol, Packages>)[Symbol.for('orrery.packages')];

describe('the packages of the tests', () => {
  it('come from one script', () => {
    expect(script?.('typeorm')['DataSource']).toBe(DataSource);
    expect(script?.('pg')['default']).toBe(pg);
  });

  it('exist once each, whoever imports them', async () => {
    const { driver } = new DataSource({ type: 'postgres' });
    expect((driver as unknown as { postgres: unknown }).postgres).toBe(pg);
    const system = await Test.createTestingModule({}).compile();
    expect(system.get(ModulesContainer)).toBeInstanceOf(ModulesContainer);
  });

  it('belong to the realm of the importing test: their errors are its errors', () => {
    expect(new pg.DatabaseError('refused', 0, 'error')).toBeInstanceOf(Error);
  });
});
