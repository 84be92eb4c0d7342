import { Link } from '@tanstack/react-router';
import type { Shape } from '../../api/client.js';
import { useList } from '../../api/use-read.js';
import { Asking } from '../../parts/notice.js';
import { StateWord } from '../../parts/mark.js';
import { hostPlace } from '../../parts/places.js';
import { hostStanding, rankOf } from '../../parts/states.js';
import css from './overview.module.css';

type Host = Shape<'Host'>;

/** Up to this many hosts, all are named; of more, those that are not fine. */
const ALL_NAMED = 12;
const MOST_OF_A_SITE = 8;

/** The fleet by site, the label `site`: what is not fine first. */
export function SiteList() {
  const { items, isWhole } = useList('/v1/hosts');
  if (items.length === 0) return isWhole ? null : <Asking what="hosts" />;
  const sites = sitesOf(items);
  const areNamed = items.length <= ALL_NAMED;
  return (
    <div className={css.sites}>
      {sites.map(({ site, hosts }) => (
        <Site key={site} site={site} hosts={hosts} areNamed={areNamed} />
      ))}
    </div>
  );
}

function Site({ site, hosts, areNamed }: { site: string; hosts: Host[]; areNamed: boolean }) {
  const notFine = hosts.filter((host) => hostStanding(host).is !== 'fine');
  const named = (areNamed ? hosts : notFine).slice(0, MOST_OF_A_SITE);
  const others = hosts.length - named.length;
  return (
    <section>
      <h2>
        {site || 'no site'} <small>{hosts.length.toLocaleString('en-US')}</small>
      </h2>
      <ul>
        {named.map((host) => {
          const { is, word } = hostStanding(host);
          return (
            <li key={host.id}>
              <Link to={hostPlace(host.name)}>{host.name}</Link>
              <StateWord is={is}>{word}</StateWord>
            </li>
          );
        })}
        {others > 0 && (
          <li>
            <Link to="/hosts" search={{ q: site ? `site=${site}` : '' }} className={css.dim}>
              {named.length > 0 ? 'the other ' : ''}
              {others.toLocaleString('en-US')}{' '}
              {notFine.length <= named.length ? 'online' : others === 1 ? 'host' : 'hosts'}
            </Link>
          </li>
        )}
      </ul>
    </section>
  );
}

/** The worst site first, then by name. */
function sitesOf(hosts: readonly Host[]): { site: string; hosts: Host[] }[] {
  const bySite = Map.groupBy(hosts, ({ labels }) => labels['site'] ?? '');
  const sorted = [...bySite].map(([site, these]) => ({
    site,
    hosts: these.toSorted((a, b) => rankOf(hostStanding(a)) - rankOf(hostStanding(b)) || a.name.localeCompare(b.name)),
  }));
  const bad = ({ hosts: these }: { hosts: Host[] }) => these.filter((host) => hostStanding(host).is !== 'fine').length;
  return sorted.sort((a, b) => bad(b) - bad(a) || a.site.localeCompare(b.site));
}
