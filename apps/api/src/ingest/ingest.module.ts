import { Module } from '@nestjs/common';
import { EventAllowance } from './event-allowance.js';
import { GroupCommitter } from './group-committer.js';
import { IngestController } from './ingest.controller.js';
import { Intake } from './intake.js';

@Module({
  controllers: [IngestController],
  providers: [GroupCommitter, Intake, EventAllowance],
  exports: [GroupCommitter, Intake],
})
export class IngestModule {}
