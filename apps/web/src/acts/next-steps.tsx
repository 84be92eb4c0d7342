import { useMay } from '../door/use-door.js';
import { ActBar } from './act-button.js';
import { CreateNetworkButton, LaunchButton } from './buttons.js';
import css from './acts.module.css';

interface NextStepsProps {
  className?: string;
  /** Nothing runs on the hosts yet. */
  isDue: boolean;
}

/** Hosts are there, and nothing runs on them yet: what to do next. */
export function NextSteps({ className, isDue }: NextStepsProps) {
  const isAllowed = useMay('POST /v1/hosts/{host}/containers');
  if (!isAllowed || !isDue) return null;
  return (
    <section className={className}>
      <h2>Nothing was launched yet</h2>
      <p className={css.text}>A container joins its networks as it starts; each stage shows when it was observed.</p>
      <ActBar>
        <LaunchButton />
        <CreateNetworkButton kind="plain" />
      </ActBar>
    </section>
  );
}
