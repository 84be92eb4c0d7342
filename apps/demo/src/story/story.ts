import { broadcast } from '../steps/broadcast.js';
import { cleanUp } from '../steps/clean-up.js';
import { controllerLaunched } from '../steps/controller-launched.js';
import { forgedAgent } from '../steps/forged-agent.js';
import { hostCutOff } from '../steps/host-cut-off.js';
import { hostsEnrolled } from '../steps/hosts-enrolled.js';
import { interfacesInTheKernel } from '../steps/interfaces-in-the-kernel.js';
import { lanReached } from '../steps/lan-reached.js';
import { launchedAdmitted } from '../steps/launched-admitted.js';
import { mdns } from '../steps/mdns.js';
import { ownContainer } from '../steps/own-container.js';
import { pageAcrossHosts } from '../steps/page-across-hosts.js';
import { personAuthorizes } from '../steps/person-authorizes.js';
import { pingBothWays } from '../steps/ping-both-ways.js';
import { policyRefuses } from '../steps/policy-refuses.js';
import { privateNetwork } from '../steps/private-network.js';
import { ssdp } from '../steps/ssdp.js';
import { timeline } from '../steps/timeline.js';
import type { Step } from './step.js';

/** All steps of the demo, in order. A new step is one file, and one line here. */
export const STORY: readonly Step[] = [
  hostsEnrolled,
  cleanUp,
  controllerLaunched,
  privateNetwork,
  launchedAdmitted,
  interfacesInTheKernel,
  pingBothWays,
  pageAcrossHosts,
  broadcast,
  mdns,
  ssdp,
  ownContainer,
  lanReached,
  personAuthorizes,
  hostCutOff,
  forgedAgent,
  policyRefuses,
  timeline,
];
