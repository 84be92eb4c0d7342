import { Module } from '@nestjs/common';
import { DesiredModule } from './desired.module.js';
import { WantedRepository } from './wanted.repository.js';
import { Wanted } from './wanted.service.js';

@Module({ imports: [DesiredModule], providers: [Wanted, WantedRepository], exports: [Wanted] })
export class WantedModule {}
