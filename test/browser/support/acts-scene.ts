import { beforeAll } from '@jest/globals';
import { Accepted, CommandPage, NetworkMade, type Command, type Outcome, type Stage } from '@orrery/shared/contracts';
import type { Page } from 'playwright-core';
import { apiFixture } from '../../support/api-fixture.js';
import { ControllerHost } from '../../support/controller-host.js';
import { ReportingHost } from '../../support/reporting-host.js';
import { follow, tokenOf, Visitors, type Visit } from './dashboard.js';
import { isFit as isPageFit } from './fit.js';
import { lookAt } from './fleet.js';

export const WAITS: Outcome = {
  ...{ kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'Authorize it.' },
};

/** An API, a browser, and the host `web-1`, whose agent says what a test makes it say. */
export class ActsScene {
  readonly #fixture = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '1', ORRERY_PUBLIC_URL: 'http://orrery.test:7070' });
  readonly api = this.#fixture.api;
  readonly closing = this.#fixture.closing;
  readonly visitors = new Visitors(this.api);
  readonly ids = { lab: '', shop: '' };
  #host: ReportingHost | undefined;
  #keeper: ControllerHost | undefined;
  /** An operator, whose page stays open. */
  #anna: Visit | undefined;

  constructor() {
    beforeAll(async () => {
      this.#host = this.closing(await ReportingHost.join(this.api, 'web-1'));
      await this.host.say(lookAt(this.host.node, '89e92ceee1', []));
      await this.host.beats();
    }, 90_000);
  }

  get host(): ReportingHost {
    return there(this.#host);
  }

  get keeper(): ControllerHost {
    return there(this.#keeper);
  }

  /** For a `describe`: the networks `lab`, which admits the fleet, and `shop`, on the controller `keeper`, and an operator at a page. */
  withNetworks(): void {
    beforeAll(async () => {
      this.#keeper = this.closing(await ControllerHost.join(this.api, 'keeper'));
      this.ids.lab = await this.#network('lab', 'fleet');
      this.ids.shop = await this.#network('shop', 'manual');
      this.#anna = await this.visitors.enter('/', (await tokenOf(this.api, 'anna', 'operator')).secret);
    }, 90_000);
  }

  readonly at = async (path: string): Promise<Visit> => {
    const anna = there(this.#anna);
    await follow(anna.page, path);
    return anna;
  };

  readonly launch = async (name: string, network: string): Promise<Command> => {
    const body = { name, networks: [network] };
    return (await this.api.ask('POST', '/v1/hosts/web-1/containers', Accepted, { body })).body.command;
  };

  readonly newest = async (): Promise<Command> =>
    there((await this.api.get('/v1/commands?host=web-1&limit=1', CommandPage)).body.items[0]);

  readonly goesOn = async ({ items, revision }: Command, ...stages: [Stage, string][]): Promise<void> => {
    const { item } = there(items[0]);
    for (const [stage, detail] of stages)
      await this.host.say({ type: 'item.progress', data: { item, revision, stage, detail } });
  };

  readonly settles = async ({ items, revision }: Command, outcome: Outcome = { kind: 'done' }): Promise<void> => {
    for (const { item } of items) await this.host.say({ type: 'item.settled', data: { item, revision, outcome } });
  };

  async #network(name: string, by: string): Promise<string> {
    const body = { name, controller: this.keeper.name, admission: { by } };
    return (await this.api.ask('POST', '/v1/networks', NetworkMade, { body })).body.id;
  }
}

function there<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('it is not there yet');
  return one;
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const dialog = (page: Page) => page.getByRole('dialog');

/** The open dialog, by itself. */
export const isFit = (page: Page, name: string) => isPageFit(page, name, 'dialog');
