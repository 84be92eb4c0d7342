import { Module } from '@nestjs/common';
import { ReconcilingModule } from './admission.module.js';
import { Settling } from './settling.service.js';

@Module({ imports: [ReconcilingModule], providers: [Settling], exports: [Settling] })
export class SettlingModule {}
