import { METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { z } from 'zod';
import { handlersOf, type Handler } from '../http/handlers.js';

/** How a changing route treats the options that every change supports (docs/adr/0027-every-change-goes-one-way.md). */
export type ChangeRules =
  /** Its target has a version: `If-Match` is checked. */
  | { ifMatch: true }
  /** Why its target has no version: `If-Match` is refused with this text. */
  | { noVersion: string }
  /** Why it has a protocol of its own, without dry run and Idempotency-Key: both are refused with this text. */
  | { ownProtocol: string };

export const CHANGE = 'orrery:change';

export const rulesOf = (handler: object) => Reflect.getMetadata(CHANGE, handler) as ChangeRules | undefined;

const READING: unknown[] = [RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS];

/**
 * Routes that could ignore a part of a change request, each with what it lacks. If there is one, the API does not
 * start.
 */
export const carelessChanges = (modules: ModulesContainer): string[] =>
  handlersOf(modules).flatMap((handler) => {
    const { method, route } = handler;
    if (READING.includes(Reflect.getMetadata(METHOD_METADATA, method))) return [];
    const lack = lackOf(handler);
    return lack === undefined ? [] : [`${route}: ${lack}`];
  });

function lackOf(handler: Handler): string | undefined {
  const rules = rulesOf(handler.method);
  if (!rules) return '@Operation has neither `changes` nor `ownProtocol`';
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
