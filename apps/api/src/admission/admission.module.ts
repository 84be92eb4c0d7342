import { Module, type OnModuleInit } from '@nestjs/common';
import { ControllerChecks } from '../controllers/controller-checks.js';
import { ControllerDoors } from '../controllers/controller-doors.js';
import { ControllersRepository } from '../controllers/controllers.repository.js';
import { DesiredPublisher } from '../wanted/desired-publisher.js';
import { Introductions } from '../introductions/introductions.service.js';
import { RouteKeeper } from '../routes/route-keeper.service.js';
import { RoutesRepository } from '../routes/routes.repository.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { ClaimFindings } from './claim-findings.js';
import { AdmissionGate } from './admission-gate.js';
import { AdmissionRounds, AdmissionWorker } from './admission-worker.js';
import { Candidates } from './candidates.repository.js';
import { NetworkReconciler } from './network-reconciler.js';

/**
 * Reaches controllers and keeps them up to date. It has no routes: the modules with routes about controllers and
 * networks import it.
 */
@Module({
  imports: [WantedModule],
  providers: [
    ClaimFindings,
    AdmissionGate,
    AdmissionRounds,
    AdmissionWorker,
    Candidates,
    ControllerChecks,
    ControllerDoors,
    ControllersRepository,
    Introductions,
    NetworkReconciler,
    RouteKeeper,
    RoutesRepository,
  ],
  exports: [AdmissionGate, AdmissionWorker, ControllerChecks, ControllerDoors, ControllersRepository, Introductions],
})
export class AdmissionModule implements OnModuleInit {
  constructor(
    private readonly publisher: DesiredPublisher,
    private readonly gate: AdmissionGate,
  ) {}

  onModuleInit(): void {
    this.publisher.settleFirst(this.gate);
  }
}
