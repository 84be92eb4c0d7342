import { Module, type OnModuleInit } from '@nestjs/common';
import { ControllerDoorsModule } from '../controllers/controller-doors.module.js';
import { StoreModule } from '../database/store.module.js';
import { DesiredModule } from '../desired/desired.module.js';
import { DesiredPublisher } from '../desired/desired-publisher.js';
import { IntroductionsModule } from '../introductions/introductions.module.js';
import { AddressClaims } from './address-claims.service.js';
import { AdmissionGate } from './admission-gate.js';
import { AdmissionRounds } from './admission-rounds.js';
import { AdmissionWorker } from './admission-worker.js';
import { AdmissionRepository } from './admission.repository.js';
import { NetworkDeletions } from './network-deletions.js';
import { NetworkReconciler } from './network-reconciler.js';

/** Keeps controllers as they are to be. */
@Module({
  imports: [StoreModule, ControllerDoorsModule, DesiredModule, IntroductionsModule],
  providers: [
    AddressClaims,
    AdmissionRepository,
    AdmissionRounds,
    AdmissionWorker,
    AdmissionGate,
    NetworkReconciler,
    NetworkDeletions,
  ],
  exports: [AdmissionRepository, AdmissionWorker, NetworkReconciler, NetworkDeletions],
})
export class ReconcilingModule implements OnModuleInit {
  constructor(
    private readonly publisher: DesiredPublisher,
    private readonly gate: AdmissionGate,
  ) {}

  onModuleInit(): void {
    this.publisher.settleFirst(this.gate);
  }
}
