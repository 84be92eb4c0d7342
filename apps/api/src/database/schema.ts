import { ApiTokenEntity } from './entities/api-token.entity.js';
import { CommandEntity } from './entities/command.entity.js';
import { ContainerEntity } from './entities/container.entity.js';
import { ControllerEntity } from './entities/controller.entity.js';
import { HostEntity } from './entities/host.entity.js';
import { ItemEntity } from './entities/item.entity.js';
import { JoinTokenEntity } from './entities/join-token.entity.js';
import { MembershipEntity } from './entities/membership.entity.js';
import { NetworkEntity } from './entities/network.entity.js';
import { NodeEntity } from './entities/node.entity.js';
import { Wanted1764000000001 } from './migrations/0001-wanted.js';
import { Observed1764000000002 } from './migrations/0002-observed.js';
import { Tokens1764000000004 } from './migrations/0004-tokens.js';
import { Paused1764000000005 } from './migrations/0005-paused.js';
import { HostKeys1764000000006 } from './migrations/0006-host-keys.js';
import { EphemeralHosts1764000000007 } from './migrations/0007-ephemeral-hosts.js';
import { Admission1764000000008 } from './migrations/0008-admission.js';
import { Addresses1764000000010 } from './migrations/0010-addresses.js';
import { OwnLabels1764000000011 } from './migrations/0011-own-labels.js';
import { Growth1764000000012 } from './migrations/0012-growth.js';
import { AnySize1764000000014 } from './migrations/0014-any-size.js';
import { Scopes1764000000016 } from './migrations/0016-scopes.js';
import { VerdictVersions1764000000017 } from './migrations/0017-verdict-versions.js';
import { Times1764000000019 } from './migrations/0019-times.js';
import { Suspensions1764000000020 } from './migrations/0020-suspensions.js';
import { PublicIdentities1764000000021 } from './migrations/0021-public-identities.js';
import { Attachments1764000000022 } from './migrations/0022-attachments.js';
import { Workloads1764000000023 } from './migrations/0023-workloads.js';
import { FindingFacts1764000000024 } from './migrations/0024-finding-facts.js';
import { Paths1764000000025 } from './migrations/0025-paths.js';
import { SilentPaths1764000000026 } from './migrations/0026-silent-paths.js';
import { Routes1764000000027 } from './migrations/0027-routes.js';
import { FailoverPause1764000000028 } from './migrations/0028-failover-pause.js';
import { Logins1764000000029 } from './migrations/0029-logins.js';

/**
 * The tables of desired state that are read and written as objects
 * (docs/adr/0005-migrations-by-hand-and-set-based-ingest.md). All others use SQL only: agents' reports and their
 * history.
 */
export const ENTITIES = [
  ApiTokenEntity,
  CommandEntity,
  ContainerEntity,
  ControllerEntity,
  HostEntity,
  ItemEntity,
  JoinTokenEntity,
  MembershipEntity,
  NetworkEntity,
  NodeEntity,
];

/**
 * In order. To add one: create a file, give its class a later stamp, add a line here. A long-running one starts with
 * SET LOCAL statement_timeout = 0.
 */
export const MIGRATIONS = [
  Wanted1764000000001,
  Observed1764000000002,
  Tokens1764000000004,
  Paused1764000000005,
  HostKeys1764000000006,
  EphemeralHosts1764000000007,
  Admission1764000000008,
  Addresses1764000000010,
  OwnLabels1764000000011,
  Growth1764000000012,
  AnySize1764000000014,
  Scopes1764000000016,
  VerdictVersions1764000000017,
  Times1764000000019,
  Suspensions1764000000020,
  PublicIdentities1764000000021,
  Attachments1764000000022,
  Workloads1764000000023,
  FindingFacts1764000000024,
  Paths1764000000025,
  SilentPaths1764000000026,
  Routes1764000000027,
  FailoverPause1764000000028,
  Logins1764000000029,
];
