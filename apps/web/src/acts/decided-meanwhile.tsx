import { useRead } from '../api/use-read.js';
import { ChangedBy } from './act-refused.js';

interface DecidedMeanwhileProps {
  node: string;
  network: string;
  onLookAgain?: () => void;
}

/** No event tells of a decision that changes nothing on the controller; the admission names who decided. */
export function DecidedMeanwhile({ node, network, onLookAgain }: DecidedMeanwhileProps) {
  const { data } = useRead('/v1/networks/{network}/admissions/{node}', { path: { node, network } });
  return <ChangedBy last={data?.verdict} onLookAgain={onLookAgain} />;
}
