import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { change, type Shape } from '../api/client.js';
import { useNetworkNames } from '../pages/events/use-network-names.js';
import { Mark } from '../parts/mark.js';
import { ActForm } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { planLines, type PlanLine } from './plan-lines.js';
import { useAct, type ActRequest } from './use-act.js';
import css from './acts.module.css';

/** An act whose dry run is shown before it is sent. */
export function usePlannedAct<Answer>(operation: string) {
  const act = useAct<Answer>(operation);
  const [request, setRequest] = useState<ActRequest>();
  const plan = useMutation({
    mutationFn: ({ asking, body }: ActRequest) =>
      change(operation, { ...asking, query: { ...asking.query, dryRun: true } }, body) as Promise<Shape<'DryRun'>>,
  });
  return {
    answer: act.data,
    plan: plan.data,
    error: plan.error ?? act.error,
    isPending: plan.isPending || act.isPending,
    look: (asked: ActRequest) => {
      setRequest(asked);
      plan.mutate(asked);
    },
    send: () => request && act.mutate(request),
    back: () => {
      plan.reset();
      act.reset();
    },
  };
}

interface PlannedFormProps {
  /** What the button says that sends it. */
  go: string;
  isReady: boolean;
  request: () => ActRequest;
  planned: ReturnType<typeof usePlannedAct>;
  onClose: () => void;
  children: ReactNode;
}

/** What an act needs to know, then what it would do, and only then the button that asks for it. */
export function PlannedForm({ go, isReady, request, planned, onClose, children }: PlannedFormProps) {
  const { plan, error, isPending, look, send, back } = planned;
  const refused = <ActRefused error={error} />;
  if (plan)
    return (
      <ActForm key="plan" go={go} isReady isSending={isPending} onGo={send} onBack={back} isAsking>
        <PlanText plan={plan} />
        {refused}
      </ActForm>
    );
  return (
    <ActForm
      key="form"
      go="See what it does"
      isReady={isReady}
      isSending={isPending}
      onGo={() => look(request())}
      onEdit={error ? back : undefined}
      onClose={onClose}
    >
      {children}
      {refused}
    </ActForm>
  );
}

function titleOf(lines: readonly PlanLine[]): string {
  if (lines.length === 0) return 'Nothing would change';
  return lines.some(({ is }) => is === 'failed') ? 'This would fail' : 'This is what happens';
}

/** What a dry run says. */
function PlanText({ plan }: { plan: Shape<'DryRun'> }) {
  const lines = planLines(plan, useNetworkNames());
  return (
    <div role="status">
      <p className={css.sentence}>{titleOf(lines)}</p>
      <ul className={css.list} aria-label="What happens">
        {lines.map(({ is, text }, at) => (
          <li key={`${text} ${at}`}>
            <Mark is={is} />
            <span>{text}</span>
          </li>
        ))}
      </ul>
      <p className={css.hint}>Nothing was changed yet.</p>
    </div>
  );
}
