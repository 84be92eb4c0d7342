import { METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { z } from 'zod';
import { handlersOf, type Handler } from '../http/handlers.js';

/** How a route that changes something treats what every change understands (docs/adr/0027-every-change-goes-one-way.md). */
export type ChangeRules =
  /** What it changes has a version: `If-Match` is heeded. */
  | { ifMatch: true }
  /** Why it has none: `If-Match` is refused with these words. */
  | { noVersion: string }
  /** Why it has a protocol of its own, without dry run and Idempotency-Key: both are refused with these words. */
  | { ownProtocol: string };

export const CHANGE = 'orrery:change';

export const rulesOf = (handler: object) => Reflect.getMetadata(CHANGE, handler) as ChangeRules | undefined;

const READING: unknown[] = [RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS];

/** Routes that could ignore what a request says of a change: each with what it lacks. The API does not start with one. */
export const carelessChanges = (modules: ModulesContainer): string[] =>
  handlersOf(modules).flatMap((handler) => {
    const { method, route } = handler;
    if (READING.includes(Reflect.getMetadata(METHOD_METADATA, method))) return [];
    const lack = lackOf(handler);
    return lack === undefined ? [] : [`${route}: ${lack}`];
  });

function lackOf(handler: Handler): string | undefined {
  const rules = rulesOf(handler.method);
  if (!rules) return '@Operation says neither `changes` nor `ownProtocol`';
  const query = queryOf(handler);
  if (!(query instanceof z.ZodObject) || !(query.def.catchall instanceof z.ZodNever))
    return 'no @Query with a strict schema, so unknown parameters are ignored';
  const hasDryRun = 'dryRun' in query.shape;
  if ('ownProtocol' in rules) return hasDryRun ? 'a protocol of its own has no dry run' : undefined;
  return hasDryRun ? undefined : 'its @Query has no dryRun';
}

/** The schema of the whole query. */
function queryOf({ controller, name }: Handler): unknown {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    { data?: unknown; schema?: unknown }
  >;
  const isWhole = ([key, { data }]: [string, { data?: unknown }]) =>
    key.startsWith(`${RouteParamtypes.QUERY}:`) && data === undefined;
  return Object.entries(parameters).find(isWhole)?.[1].schema;
}
