import { Module } from '@nestjs/common';
import { GroupCommitter } from './group-committer.js';
import { IngestController } from './ingest.controller.js';
import { Intake } from './intake.js';

@Module({ controllers: [IngestController], providers: [GroupCommitter, Intake], exports: [GroupCommitter, Intake] })
export class IngestModule {}
