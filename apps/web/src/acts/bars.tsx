import { Suspense, type ComponentType } from 'react';
import { later } from '../parts/later.js';
// The styles of what is loaded on demand come with the page: a bundle of scripts brings none.
import './acts.module.css';
import './stages.module.css';

/** What pages show of acts. It is loaded beside a page, so that the first look at it does not wait for it. */
function onDemand<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const Loaded = later(load);
  return (props: Props) => (
    <Suspense fallback={null}>
      <Loaded {...props} />
    </Suspense>
  );
}

const acts = () => import('./all-acts.js');

export const LaunchButton = onDemand(() => acts().then((loaded) => loaded.LaunchButton));
export const JoinButton = onDemand(() => acts().then((loaded) => loaded.JoinButton));
export const CreateNetworkButton = onDemand(() => acts().then((loaded) => loaded.CreateNetworkButton));
export const AddHostButton = onDemand(() => acts().then((loaded) => loaded.AddHostButton));
export const AttachButton = onDemand(() => acts().then((loaded) => loaded.AttachButton));
export const AttachDialog = onDemand(() => acts().then((loaded) => loaded.AttachDialog));
export const AddRouteButton = onDemand(() => acts().then((loaded) => loaded.AddRouteButton));
export const FleetActs = onDemand(() => acts().then((loaded) => loaded.FleetActs));
export const HostActs = onDemand(() => acts().then((loaded) => loaded.HostActs));
export const NodeActs = onDemand(() => acts().then((loaded) => loaded.NodeActs));
export const ContainerActs = onDemand(() => acts().then((loaded) => loaded.OneContainerActs));
export const RouteActs = onDemand(() => acts().then((loaded) => loaded.RouteActs));
export const NetworkActs = onDemand(() => acts().then((loaded) => loaded.NetworkActs));
export const MembershipActs = onDemand(() => acts().then((loaded) => loaded.MembershipActs));
export const NextSteps = onDemand(() => acts().then((loaded) => loaded.NextSteps));
export const ChosenBar = onDemand(() => acts().then((loaded) => loaded.ChosenBar));
export const Stages = onDemand(() => acts().then((loaded) => loaded.Stages));
export const DecideButtons = onDemand(() => acts().then((loaded) => loaded.DecideButtons));
export const ProbeButton = onDemand(() => acts().then((loaded) => loaded.ProbeButton));
