import { Link } from '@tanstack/react-router';
import { FleetActs, NextSteps } from '../../acts/bars.js';
import type { Shape } from '../../api/client.js';
import { useState } from 'react';
import { useRead } from '../../api/use-read.js';
import { PageHead } from '../../frame/page.js';
import { CommandLine } from '../../parts/command-line.js';
import { Asking, Refused } from '../../parts/notice.js';
import { Sentence } from '../../parts/sentence.js';
import { HowMuch, LastHour } from '../events/histogram.js';
import { LastEvents } from '../events/last-events.js';
import { AttentionList } from './attention-list.js';
import { Counts } from './counts.js';
import { FirstHost } from './first-host.js';
import { overviewSentence } from './overview-sentence.js';
import { FleetPicture, type Shown } from './fleet-picture.js';
import { Inspector } from './inspector.js';
import css from './overview.module.css';

export function OverviewPage() {
  const { data, error } = useRead('/v1/status');
  if (!data && error) return <Refused error={error} what="the overview" />;
  if (!data) return <Asking what="the state of the fleet" />;
  const { hosts } = data;
  const isEmpty = hosts.online + hosts.unreachable + hosts.joined + hosts.unknown === 0;
  if (isEmpty) return <FirstHost />;
  return <Overview status={data} />;
}

function Overview({ status }: { status: Shape<'Status'> }) {
  const { text, links } = overviewSentence(status);
  const { data: topology } = useRead('/v1/topology');
  const [chosen, choose] = useState<string | null>(null);
  const [shown, show] = useState<Shown>('picture');
  const kept = new Set(topology?.networks.flatMap(({ id, kept: isKept }) => (isKept ? [id] : [])));
  const isFresh = status.containers.total === 0;
  const host = topology?.hosts.find(({ id }) => id === chosen);
  return (
    <div className={css.overview}>
      <div className={css.main}>
        <PageHead title={<Sentence text={text} links={links} />} />
        <Counts status={status} topology={topology} />
        <FleetPicture
          topology={topology}
          chosen={chosen}
          onChoose={choose}
          shown={shown}
          onShow={show}
          acts={<FleetActs isTold={isFresh} />}
        />
        <div className={css.end}>
          <p>The same in a terminal</p>
          <CommandLine run="orrery status" />
        </div>
      </div>
      <div className={css.side}>
        {topology && host && <Inspector topology={topology} host={host} onClose={() => choose(null)} />}
        {status.attention.length > 0 && (
          <section className={css.attention}>
            <h2>
              Not as wanted <small>{totalOf(status).toLocaleString('en-US')}</small>
            </h2>
            <AttentionList attention={status.attention} kept={kept} />
          </section>
        )}
        <NextSteps className={css.attention} isDue={isFresh} />
        <section className={css.events}>
          <h2>
            Last events <HowMuch /> <Link to="/events">All events</Link>
          </h2>
          <LastHour />
          <LastEvents query={{}} most={12} />
        </section>
      </div>
    </div>
  );
}

function totalOf({ attention, attentionTotal }: Shape<'Status'>): number {
  const told = attention.reduce((sum, { count = 1 }) => sum + count, 0);
  const { error = 0, warning = 0, info = 0 } = attentionTotal ?? {};
  return Math.max(told, error + warning + info);
}
